// A run's state as a badge.
import type { State } from "../../api/runs";
import { Badge, type Tone } from "../../parts/badge";

const TONES: Record<State, Tone> = {
  running: "calm",
  waiting: "warn",
  succeeded: "good",
  denied: "bad",
  failed: "bad",
};

export function StateBadge({ state }: { state: State }) {
  return (
    <Badge tone={TONES[state]} live={state === "running"}>
      {state}
    </Badge>
  );
}
