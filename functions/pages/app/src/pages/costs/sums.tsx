// The month in three figures.
import type { Shapes } from "../../api/client";
import { usd } from "../../parts/money";

export function Sums({ costs }: { costs: Shapes["Costs"] }) {
  const sum = (of: (line: Shapes["Line"]) => number) => usd(costs.lines.reduce((all, line) => all + of(line), 0));
  return (
    <section className="card" aria-label={`${costs.month} in all`}>
      <dl className="facts body">
        <div>
          <dt>Settled in {costs.month}</dt>
          <dd className="big">{sum((line) => line.account.settled_cents)}</dd>
        </div>
        <div>
          <dt>Held for what is under way</dt>
          <dd className="big">{sum((line) => line.account.held_cents)}</dd>
        </div>
        {costs.by !== "run" && (
          <div>
            <dt>At the month's end, if it goes on so</dt>
            <dd className="big">{sum((line) => line.projected_cents)}</dd>
          </div>
        )}
      </dl>
    </section>
  );
}
