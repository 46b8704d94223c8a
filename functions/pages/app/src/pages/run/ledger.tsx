// The run's entries in the ledger, each with its hash and, opened, all that it says.
import type { Entry } from "../../api/live";
import { Card } from "../../parts/card";
import { Empty } from "../../parts/empty";
import { exact } from "../../parts/moments";
import { short } from "../../parts/shown";

export function Ledger({ entries }: { entries: readonly Entry[] }) {
  return (
    <Card
      title="Ledger"
      aside={entries.length > 0 && `${entries.length} entries, each chained to the one before`}
      flush
    >
      {entries.length === 0 && <Empty title="No entry yet." />}
      <ul className="entries">
        {entries.map((entry) => (
          <li key={entry.seq}>
            <details>
              <summary>
                <span className="figure soft">{entry.seq}</span>
                <span>{entry.kind}</span>
                <span className="soft small figure">{exact(entry.at)}</span>
                <code className="soft" title={entry.hash}>
                  {short(entry.hash)}
                </code>
              </summary>
              {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
              <pre tabIndex={0}>{JSON.stringify(entry.body, null, 2)}</pre>
            </details>
          </li>
        ))}
      </ul>
    </Card>
  );
}
