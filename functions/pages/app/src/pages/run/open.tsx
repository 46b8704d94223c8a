// What a run waits for, or why it ended otherwise than was hoped, with what to do.
import { Link } from "wouter";
import type { Shapes } from "../../api/client";
import { Note } from "../../parts/note";
import { Answer } from "./answer";

export function Open({ run }: { run: Shapes["RunDetail"] }) {
  if (run.question) return <Answer run={run.id} question={run.question} />;
  if (run.state === "waiting" && run.approval) {
    return (
      <Note tone="warn">
        <p>
          It waits for somebody's decision. <Link href={`/waiting/${run.approval}`}>See what is asked</Link>
        </p>
      </Note>
    );
  }
  if (run.waits_for) return <Note tone="warn">{run.waits_for}</Note>;
  if (run.record && run.record.state !== "succeeded") {
    return (
      <Note tone="bad">
        <p>
          <strong>{run.record.reason}</strong>
        </p>
        {run.record.remedy && <p>{run.record.remedy}</p>}
        {run.record.code && <code>{run.record.code}</code>}
      </Note>
    );
  }
  return null;
}
