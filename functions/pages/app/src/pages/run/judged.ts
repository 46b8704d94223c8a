// The last word of the gate about a run's plan, out of its entries. Pure.
import type { Shapes } from "../../api/client";
import type { Entry } from "../../api/live";
import { at, listAt, numberAt, textAt } from "../../api/told";

const KINDS = new Set(["decided", "approved", "refused", "asked_again"]);
const ENDED = new Set(["finished"]);
const VERDICTS = ["allow", "ask", "deny"] as const;

export interface Judged {
  verdict: (typeof VERDICTS)[number];
  violations: readonly Shapes["Violation"][];
  revision: string;
}

export interface Step {
  name: string;
  tool: string;
  cloud: string;
  cents: number;
}

function last(entries: readonly Entry[], kinds: ReadonlySet<string>): Entry | undefined {
  return entries.findLast((entry) => kinds.has(entry.kind));
}

/** Null before anything was judged. Where every offer was refused there was no plan to judge: the record has the refusal. */
export function judged(entries: readonly Entry[]): Judged | null {
  const body = last(entries, KINDS)?.body ?? at(last(entries, ENDED)?.body, "record");
  const verdict = VERDICTS.find((each) => each === textAt(body, "decision.verdict"));
  if (verdict === undefined) return null;
  const violations = listAt(body, "decision.violations").map((each) => ({
    code: textAt(each, "code"),
    message: textAt(each, "message"),
    remedy: textAt(each, "remedy"),
  }));
  return { verdict, violations, revision: textAt(body, "decision.revision") };
}

/** The steps of the plan that was judged last, with what each is expected to cost. */
export function steps(entries: readonly Entry[]): readonly Step[] {
  const body = last(entries, new Set(["decided"]))?.body;
  return listAt(at(body, "plan"), "steps").map((each) => ({
    name: textAt(each, "name"),
    tool: textAt(each, "tool"),
    cloud: textAt(each, "cloud"),
    cents: numberAt(each, "cost_cents") ?? 0,
  }));
}
