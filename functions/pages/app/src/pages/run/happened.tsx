// One thing that happened, how long after the beginning, and how long it took.
import { exact, length } from "../../parts/moments";
import type { Happening } from "./happenings";

export function Happened({ happening, began }: { happening: Happening; began: string }) {
  const after = (Date.parse(happening.at) - Date.parse(began)) / 1000;
  return (
    <li className={happening.tone}>
      <time className="after figure soft" dateTime={happening.at} title={exact(happening.at)}>
        +{length(Math.max(0, after))}
      </time>
      <span className="what">
        <span className="label">{happening.label}</span>
        {happening.detail && <span className="soft detail">{happening.detail}</span>}
      </span>
      <span className="took figure soft">{happening.seconds !== undefined && length(happening.seconds)}</span>
    </li>
  );
}
