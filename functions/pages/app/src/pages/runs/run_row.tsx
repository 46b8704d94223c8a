// One run in the list: its words, where it went, what it costs.
import { Link } from "wouter";
import type { Shapes } from "../../api/client";
import { usd } from "../../parts/money";
import { Time } from "../../parts/time";
import { StateBadge } from "./state";

export function RunRow({ run }: { run: Shapes["RunSummary"] }) {
  const why = run.state === "succeeded" ? run.place : run.waits_for || run.reason;
  return (
    <Link href={`/runs/${run.id}`} className="row-link">
      <span className="row-state">
        <StateBadge state={run.state} />
      </span>
      <span className="row-main">
        <span className="row-title">{run.text}</span>
        <span className="soft small row-sub">{why || `${run.requester} · ${run.project}`}</span>
      </span>
      <span className="row-end figure">
        {run.cost_cents !== null && run.place !== "" && <span>{usd(run.cost_cents)}</span>}
        <span className="soft small">
          <Time at={run.created_at} />
        </span>
      </span>
    </Link>
  );
}
