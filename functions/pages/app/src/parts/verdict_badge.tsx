// The gate's word as a badge.
import { Badge, type Tone } from "./badge";

const TONES: Record<"allow" | "ask" | "deny", Tone> = { allow: "good", ask: "warn", deny: "bad" };

export function VerdictBadge({ verdict }: { verdict: "allow" | "ask" | "deny" }) {
  return <Badge tone={TONES[verdict]}>{verdict}</Badge>;
}
