// Where one can go. On a phone it is the bar at the bottom.
import { Link, useLocation } from "wouter";
import { Icon, type IconName } from "./icon";

const PLACES: readonly { path: string; name: string; icon: IconName }[] = [
  { path: "/runs", name: "Runs", icon: "runs" },
  { path: "/waiting", name: "Approvals", icon: "approvals" },
  { path: "/costs", name: "Costs", icon: "costs" },
  { path: "/policies", name: "Policies", icon: "policies" },
  { path: "/clouds", name: "Clouds", icon: "clouds" },
];

export function Nav({ waiting }: { waiting: number }) {
  const [here] = useLocation();
  return (
    <nav className="nav" aria-label="Pages">
      <ul>
        {PLACES.map(({ path, name, icon }) => (
          <li key={path}>
            <Link href={path} aria-current={here.startsWith(path) ? "page" : undefined}>
              <Icon name={icon} />
              {name}
              {path === "/waiting" && waiting > 0 && (
                <span className="count">
                  {waiting}
                  <span className="unseen"> waiting</span>
                </span>
              )}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
