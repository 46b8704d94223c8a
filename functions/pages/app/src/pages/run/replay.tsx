// Every decision derived again from what was recorded, and what comes out otherwise.
import type { Shapes } from "../../api/client";
import { useReplay } from "../../api/runs";
import { Card } from "../../parts/card";
import { Failure } from "../../parts/failure";
import { Note } from "../../parts/note";
import { short } from "../../parts/shown";

export function Replay({ run }: { run: string }) {
  const replay = useReplay(run);
  return (
    <Card title="Replay">
      <div className="token">
        <p className="soft">Every decision of this run can be derived again from what the ledger recorded.</p>
        <div className="buttons">
          <button type="button" className="button" disabled={replay.isPending} onClick={() => replay.mutate()}>
            {replay.isPending ? "Deciding again…" : "Decide again"}
          </button>
        </div>
        <div role="status">{replay.data && <Outcome found={replay.data} />}</div>
        {replay.isError && <Failure error={replay.error} />}
      </div>
    </Card>
  );
}

function Outcome({ found }: { found: Shapes["Replayed"] }) {
  const others = new Set(found.differences.map((each) => each.seq)).size;
  return (
    <Note tone={others ? "bad" : "good"}>
      <p>
        <strong>
          {found.decisions - others} of {found.decisions} decisions come out the same.
        </strong>
      </p>
      {found.recorded_revision && found.recorded_revision !== found.revision && (
        <p>
          The policies have changed since: {short(found.recorded_revision)} then, {short(found.revision)} now.
        </p>
      )}
      {found.differences.map((each) => (
        <p key={each.seq + each.what}>
          Entry {each.seq}, {each.kind}: {each.what}. Recorded {each.recorded}, derived {each.derived}.
        </p>
      ))}
    </Note>
  );
}
