// A person's yes or no. Who may not say it is told why.
import { useState } from "react";
import { useDecide } from "../../api/approvals";
import type { Shapes } from "../../api/client";
import { Card } from "../../parts/card";
import { Failure } from "../../parts/failure";
import { Note } from "../../parts/note";

export function Decide({ asked, tag }: { asked: Shapes["ApprovalDetail"]; tag: string }) {
  const decide = useDecide(asked.id);
  const [reason, setReason] = useState("");
  if (asked.why_not) return <Note tone="plain">{asked.why_not}</Note>;
  const say = (approved: boolean) => decide.mutate({ approved, subject: asked.subject, reason, tag });
  return (
    <Card title="Your decision">
      <div className="token">
        <div className="field">
          <label htmlFor="reason">Reason (kept in the ledger)</label>
          <input
            id="reason"
            value={reason}
            onChange={(event) => setReason(event.target.value)}
            maxLength={1000}
            autoComplete="off"
          />
        </div>
        {decide.isError && <Failure error={decide.error} />}
        <div className="buttons">
          <button type="button" className="button first" disabled={decide.isPending} onClick={() => say(true)}>
            Approve
          </button>
          <button type="button" className="button danger" disabled={decide.isPending} onClick={() => say(false)}>
            Deny
          </button>
        </div>
      </div>
    </Card>
  );
}
