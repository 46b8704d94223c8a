// A run's ledger entries as people see its course: what happened, how it went, how long it took. Pure.
import type { Entry } from "../../api/live";
import { listAt, numberAt, textAt } from "../../api/told";
import type { Tone } from "../../parts/badge";

export const STAGES = ["Read", "Compare", "Judge", "Perform", "Verify", "Record"] as const;
export type Stage = (typeof STAGES)[number];

export interface Happening {
  seq: number;
  at: string;
  stage: Stage;
  label: string;
  detail: string;
  tone: Tone;
  seconds?: number;
}

type Said = Omit<Happening, "seq" | "at">;
type Say = (body: unknown) => Said;
const TONES: Record<string, Tone> = { allow: "good", ask: "warn", deny: "bad" };

function say(stage: Stage, label: string, tone: Tone = "plain", detail = "", seconds?: number): Said {
  return { stage, label, tone, detail, ...(seconds === undefined ? {} : { seconds }) };
}

function counted(count: number, what: string, how: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"} ${how}`;
}

function judged(who: string): Say {
  return (body) => {
    const verdict = textAt(body, "decision.verdict");
    const codes = listAt(body, "decision.violations").map((each) => textAt(each, "code"));
    return say("Judge", `${who}: ${verdict}`, TONES[verdict] ?? "plain", codes.join(", "));
  };
}

function made(body: unknown): string {
  const found = listAt(body, "receipt.resources");
  return found.map((each) => `${textAt(each, "kind")} ${textAt(each, "id")} in ${textAt(each, "region")}`).join(", ");
}

function verified(body: unknown): Said {
  const found = listAt(body, "health").map((each) => textAt(each, "status"));
  const well = found.every((status) => status === "healthy" || status === "finished");
  return say("Verify", well ? "Real state is well" : "Real state is not well", well ? "good" : "bad", found.join(", "));
}

function finished(body: unknown): Said {
  const state = textAt(body, "record.state");
  return say("Record", `Recorded: ${state}`, state === "succeeded" ? "good" : "bad", textAt(body, "record.code"));
}

const KINDS: Record<string, Say> = {
  requested: (body) => say("Read", "Asked for", "plain", textAt(body, "request.principal.id")),
  parsed: (body) => say("Read", `Words read by ${textAt(body, "reader")}`, "calm"),
  planned: (body) => say("Read", "Planned", "calm", listAt(body, "brief.assumptions").join(" ")),
  allocated: (body) => say("Compare", counted(listAt(body, "candidates").length, "offer", "compared"), "calm"),
  no_offer: (body) => say("Compare", "No offer", "bad", textAt(body, "trouble.message")),
  decided: judged("Gate"),
  approved: judged("With the approval"),
  refused: judged("Refused"),
  asked_again: judged("Asked anew"),
  "approval.asked": () => say("Judge", "Somebody is asked", "warn"),
  "approval.approved": (body) => say("Judge", "Approved", "good", textAt(body, "approver")),
  "approval.denied": (body) => say("Judge", "Denied by a person", "bad", textAt(body, "approver")),
  "approval.expired": () => say("Judge", "Nobody answered in time", "bad"),
  "approval.revoked": () => say("Judge", "The approval was taken back", "bad"),
  "step.done": (body) =>
    say(
      "Perform",
      `${textAt(body, "step.tool")} on ${textAt(body, "step.cloud")}`,
      "good",
      made(body),
      numberAt(body, "seconds"),
    ),
  "step.failed": (body) =>
    say("Perform", `${textAt(body, "step.tool")} failed`, "bad", textAt(body, "trouble.message")),
  "call.unknown": () => say("Perform", "Outcome unknown, asked again", "warn"),
  "gate.unavailable": (body) => say("Judge", "Waits for the policy engine", "warn", textAt(body, "reason")),
  "gate.returned": (body) => say("Judge", "The policy engine answers again", "good", "", numberAt(body, "seconds")),
  deferred: (body) => say("Compare", "Put off until it is cheaper", "warn", textAt(body, "why")),
  "run.resumed": (body) => say("Perform", "Goes on", "calm", textAt(body, "waited_for")),
  "run.stuck": () => say("Perform", "Stuck", "bad"),
  "run.cancel_asked": (body) => say("Perform", "Somebody wants it to end", "warn", textAt(body, "by")),
  verified,
  undone: (body) => say("Verify", `Undone by ${textAt(body, "tool")}`, "warn", "", numberAt(body, "seconds")),
  "rollback.waits": () => say("Verify", "The rollback waits", "warn"),
  rolled_back: (body) => say("Verify", "Rolled back", "bad", textAt(body, "trouble.message")),
  "alert.cloud_degraded": (body) =>
    say("Perform", `${textAt(body, "outage.cloud")} is degraded`, "bad", textAt(body, "outage.reason")),
  "alert.cloud_restored": (body) => say("Perform", `${textAt(body, "outage.cloud")} is back`, "good"),
  finished,
};

/** What the entries tell, in their order. What says nothing to people is left to the ledger's own list. */
export function course(entries: readonly Entry[]): readonly Happening[] {
  return entries.flatMap((entry) => {
    const said = KINDS[entry.kind]?.(entry.body);
    return said ? [{ seq: entry.seq, at: entry.at, ...said }] : [];
  });
}

/** Each stage, and whether the run was there and is there still. One that was refused skips some. */
export function stages(
  happenings: readonly Happening[],
  ended: boolean,
): readonly { stage: Stage; place: "" | "past" | "now" }[] {
  const been = new Set(happenings.map((each) => each.stage));
  const last = ended ? undefined : happenings.at(-1)?.stage;
  return STAGES.map((stage) => ({ stage, place: stage === last ? "now" : been.has(stage) ? "past" : "" }));
}
