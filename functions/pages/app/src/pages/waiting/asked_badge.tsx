// Where a question to people stands.
import type { Shapes } from "../../api/client";
import { Badge, type Tone } from "../../parts/badge";

type State = Shapes["ApprovalSummary"]["state"];
const TONES: Record<State, Tone> = {
  open: "warn",
  approved: "good",
  used: "good",
  denied: "bad",
  expired: "plain",
  revoked: "plain",
};

export function AskedBadge({ state }: { state: State }) {
  return <Badge tone={TONES[state]}>{state}</Badge>;
}
