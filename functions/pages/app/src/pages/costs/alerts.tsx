// Days on which somebody spent unusually much.
import { Link } from "wouter";
import type { Shapes } from "../../api/client";
import { Card } from "../../parts/card";
import { usd } from "../../parts/money";

export function Alerts({ alerts }: { alerts: readonly Shapes["Alert"][] }) {
  if (alerts.length === 0) return null;
  return (
    <Card title="Unusual days">
      <ul className="steps">
        {alerts.map((each) => (
          <li key={each.at + each.scope + each.name}>
            <span>
              {each.day}: {each.scope} {each.name} spent {usd(each.cents)}{" "}
              <span className="soft">
                usual is up to {usd(each.most_cents)}, median {usd(each.median_cents)}
              </span>
            </span>
            {each.run && <Link href={`/runs/${each.run}`}>The run</Link>}
          </li>
        ))}
      </ul>
    </Card>
  );
}
