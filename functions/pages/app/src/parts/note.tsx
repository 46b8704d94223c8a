// A remark that stands out from what is around it.
import type { ReactNode } from "react";
import type { Tone } from "./badge";

export function Note({ tone, children }: { tone: Tone; children: ReactNode }) {
  return <div className={`note ${tone}`}>{children}</div>;
}
