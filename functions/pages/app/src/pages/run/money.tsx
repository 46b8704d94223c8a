// What a run costs and saves, and what each step of its plan is expected to cost.
import type { Shapes } from "../../api/client";
import type { Entry } from "../../api/live";
import { Card } from "../../parts/card";
import { Empty } from "../../parts/empty";
import { usd } from "../../parts/money";
import { steps } from "./judged";

export function Money({ run, entries }: { run: Shapes["RunDetail"]; entries: readonly Entry[] }) {
  const planned = steps(entries);
  const saved = run.record?.savings;
  const sum = run.record ? run.record.cost_cents : planned.reduce((all, step) => all + step.cents, 0);
  if (planned.length === 0) {
    return (
      <Card title="Cost">
        <Empty title={run.record ? "Nothing was bought." : "Not priced yet."} />
      </Card>
    );
  }
  return (
    <Card title="Cost" aside={run.record ? "recorded" : "expected"}>
      <dl className="facts">
        <div>
          <dt>In all</dt>
          <dd className="big">{usd(sum)}</dd>
        </div>
        {saved && (
          <>
            <div>
              <dt>Saved against the median of {saved.compliant}</dt>
              <dd className="big">{usd(saved.against_median_cents)}</dd>
            </div>
            <div>
              <dt>Against the dearest</dt>
              <dd className="big">{usd(saved.against_dearest_cents)}</dd>
            </div>
          </>
        )}
      </dl>
      <ul className="steps">
        {planned.map((step) => (
          <li key={step.name}>
            <span>
              {step.tool} <span className="soft">{step.cloud}</span>
            </span>
            <span className="figure">{usd(step.cents)}</span>
          </li>
        ))}
      </ul>
    </Card>
  );
}
