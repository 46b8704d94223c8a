// A run at a glance: its state, who asked, where it went, and the way to end it.
import type { Shapes } from "../../api/client";
import type { Line } from "../../api/live";
import { over } from "../../api/runs";
import { Time } from "../../parts/time";
import { StateBadge } from "../runs/state";
import { Cancel } from "./cancel";

const WORDS: Record<Line, string> = {
  connecting: "Connecting…",
  live: "Live",
  broken: "The live connection is lost; load the page again.",
  over: "",
};

export function Head({ run, line }: { run: Shapes["RunDetail"]; line: Line }) {
  return (
    <div className="head">
      <StateBadge state={run.state} />
      <span>
        {run.requester} · {run.project} · {run.environment}
      </span>
      <span className="soft">
        <Time at={run.created_at} />, by {run.channel}
      </span>
      {!over(run.state) && (
        <>
          <span className="soft" role="status">
            {WORDS[line]}
          </span>
          <Cancel run={run} />
        </>
      )}
    </div>
  );
}
