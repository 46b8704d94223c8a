// A word in a coloured pill. The word says it all; the colour only helps.
import type { ReactNode } from "react";

export type Tone = "good" | "warn" | "bad" | "calm" | "plain";

export function Badge({ tone, live, children }: { tone: Tone; live?: boolean; children: ReactNode }) {
  return <span className={`badge ${tone}${live ? " live" : ""}`}>{children}</span>;
}
