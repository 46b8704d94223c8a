// Nothing in an entry's body can break a page.
import { expect, it } from "vitest";
import { at, listAt, numberAt, textAt } from "./told";

const BODY = { decision: { verdict: "deny", violations: [1] }, seconds: 2 };

it("finds what is there", () => {
  expect([textAt(BODY, "decision.verdict"), numberAt(BODY, "seconds"), listAt(BODY, "decision.violations")]).toEqual([
    "deny",
    2,
    [1],
  ]);
});

it.each([null, undefined, 7, "x", [], {}, { decision: null }])("finds nothing in %s", (body) => {
  expect([
    at(body, "decision.verdict"),
    textAt(body, "seconds"),
    numberAt(body, "decision"),
    listAt(body, "x"),
  ]).toEqual([undefined, "", undefined, []]);
});
