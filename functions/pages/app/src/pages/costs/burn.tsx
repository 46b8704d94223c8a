// How much of each budget is burnt, beside how much of the month is over.
import type { Shapes } from "../../api/client";
import { Empty } from "../../parts/empty";
import { usd } from "../../parts/money";
import { burnt } from "./burnt";

export function Burn({ costs }: { costs: Shapes["Costs"] }) {
  if (costs.lines.length === 0) return <Empty title={`Nothing was spent in ${costs.month}.`} />;
  return (
    <ul className="burn">
      {costs.lines.map((line) => (
        <Bar key={name(line)} line={line} elapsed={costs.elapsed_percent} />
      ))}
    </ul>
  );
}

function Bar({ line, elapsed }: { line: Shapes["Line"]; elapsed: number }) {
  const { settled, held, tone, words } = burnt(line, elapsed);
  return (
    <li>
      <div className="burn-head">
        <strong>{name(line)}</strong>
        <span className={`figure ${tone}`}>
          {usd(line.account.settled_cents + line.account.held_cents)}{" "}
          <span className="soft">of {usd(line.limit_cents)}</span>
        </span>
      </div>
      <div className="bar" aria-hidden="true">
        <span className={`fill ${tone}`} style={{ width: `${settled}%` }} />
        <span className={`fill held ${tone}`} style={{ width: `${held}%` }} />
        <span className="today" style={{ left: `${elapsed}%` }} />
      </div>
      <p className="soft small">{words}</p>
    </li>
  );
}

function name({ account }: Shapes["Line"]): string {
  return [account.tenant, account.project, account.run].filter(Boolean).join(" / ");
}
