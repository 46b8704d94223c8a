// Asks once more before a run is ended, because what it did is undone.
import { useState } from "react";
import type { Shapes } from "../../api/client";
import { useCancel } from "../../api/runs";
import { Failure } from "../../parts/failure";

export function Cancel({ run }: { run: Shapes["RunDetail"] }) {
  const [sure, setSure] = useState(false);
  const cancel = useCancel(run.id);
  if (run.cancel) return <span className="soft">{run.cancel.by} wants it to end</span>;
  if (cancel.isError) return <Failure error={cancel.error} retry={() => cancel.reset()} />;
  if (!sure) {
    return (
      <button type="button" className="button" onClick={() => setSure(true)}>
        Cancel
      </button>
    );
  }
  return (
    <span className="buttons">
      <span>End it, and undo what it did?</span>
      <button type="button" className="button danger" disabled={cancel.isPending} onClick={() => cancel.mutate("")}>
        End it
      </button>
      <button type="button" className="button quiet" onClick={() => setSure(false)}>
        Let it go on
      </button>
    </span>
  );
}
