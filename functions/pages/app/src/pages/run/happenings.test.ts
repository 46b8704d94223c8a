// A run's course out of its entries.
import { expect, it } from "vitest";
import type { Entry } from "../../api/live";
import { course, stages } from "./happenings";

function entry(seq: number, kind: string, body: Record<string, unknown> = {}): Entry {
  return { seq, run: "r", kind, at: "2026-11-29T12:00:00Z", body, previous: "", hash: "" };
}

it("says what happened, how it went and how long it took", () => {
  const step = { tool: "provision_compute", cloud: "aws" };
  const resources = [{ kind: "instance", id: "i-1", region: "eu-west-1" }];
  const done = entry(3, "step.done", { step, seconds: 1.5, receipt: { resources } });
  const denied = { decision: { verdict: "deny", violations: [{ code: "REGION" }, { code: "BUDGET" }] } };
  expect(course([entry(2, "decided", denied), done])).toEqual([
    { seq: 2, at: "2026-11-29T12:00:00Z", stage: "Judge", label: "Gate: deny", tone: "bad", detail: "REGION, BUDGET" },
    {
      seq: 3,
      at: "2026-11-29T12:00:00Z",
      stage: "Perform",
      label: "provision_compute on aws",
      tone: "good",
      detail: "instance i-1 in eu-west-1",
      seconds: 1.5,
    },
  ]);
});

it("leaves out what says nothing to people and bears bodies that it does not know", () => {
  expect(
    course([entry(1, "money.held"), entry(2, "decided"), entry(3, "finished", { record: 7 })]).map((e) => e.seq),
  ).toEqual([2, 3]);
});

it("tells which stages it was in, and where it is", () => {
  const here = course([entry(1, "parsed"), entry(2, "verified"), entry(3, "allocated", { candidates: [1] })]);
  expect(here.at(-1)?.label).toBe("1 offer compared");
  expect(stages(here, false).map((each) => each.place)).toEqual(["past", "now", "", "", "past", ""]);
  expect(stages(here, true).map((each) => each.place)).toEqual(["past", "past", "", "", "past", ""]);
  expect(stages([], false).every((each) => each.place === "")).toBe(true);
});
