// The gate's last word, and the plan's steps.
import { expect, it } from "vitest";
import type { Entry } from "../../api/live";
import { judged, steps } from "./judged";

const VIOLATION = { code: "RESIDENCY", message: "It lies in US.", remedy: "Choose another region." };

function entry(kind: string, body: Record<string, unknown>): Entry {
  return { seq: 1, run: "r", kind, at: "2026-11-29T12:00:00Z", body, previous: "", hash: "" };
}

function decision(verdict: string, violations: readonly unknown[] = []) {
  return { decision: { verdict, violations, revision: "abc" } };
}

it("is the last one about the plan", () => {
  const entries = [entry("decided", decision("ask", [VIOLATION])), entry("approved", decision("allow"))];
  expect(judged(entries)).toEqual({ verdict: "allow", violations: [], revision: "abc" });
});

it("is the record's where every offer was refused", () => {
  const entries = [entry("allocated", {}), entry("finished", { record: decision("deny", [VIOLATION]) })];
  expect(judged(entries)).toEqual({ verdict: "deny", violations: [VIOLATION], revision: "abc" });
});

it("is not there before anything was judged", () => {
  expect(judged([entry("requested", {}), entry("finished", { record: { decision: null } })])).toBeNull();
});

it("has a cost for each step", () => {
  const plan = { steps: [{ name: "a", tool: "launch_spot", cloud: "gcp", cost_cents: 12 }] };
  expect(steps([entry("decided", { plan })])).toEqual([{ name: "a", tool: "launch_spot", cloud: "gcp", cents: 12 }]);
  expect(steps([])).toEqual([]);
});
