// Runs below each other.
import type { Shapes } from "../../api/client";
import { Empty } from "../../parts/empty";
import { RunRow } from "./run_row";

export function RunList({ runs, filtered }: { runs: readonly Shapes["RunSummary"][]; filtered: boolean }) {
  if (runs.length === 0 && filtered) return <Empty title="No run is in this state." />;
  if (runs.length === 0) return <Empty title="Nothing was asked for yet.">Describe the first work above.</Empty>;
  return (
    <ul className="list">
      {runs.map((run) => (
        <li key={run.id}>
          <RunRow run={run} />
        </li>
      ))}
    </ul>
  );
}
