// Times as people read them.
import { describe, expect, it } from "vitest";
import { ago, exact, length } from "./moments";

const NOW = Date.parse("2026-11-29T12:00:00Z");

describe("a moment", () => {
  it.each([
    ["2026-11-29T11:59:40Z", "just now"],
    ["2026-11-29T11:55:00Z", "5 min ago"],
    ["2026-11-29T09:00:00Z", "3 h ago"],
    ["2026-11-27T12:00:00Z", "2 d ago"],
    ["2026-11-29T14:00:00Z", "in 2 h"],
    ["2026-11-01T00:00:00Z", "2026-11-01"],
  ])("%s is %s", (at, words) => expect(ago(at, NOW)).toBe(words));

  it("is exact in UTC, wherever the reader is", () =>
    expect(exact("2026-11-29T13:00:05+01:00")).toBe("2026-11-29 12:00:05 UTC"));
});

describe("a length of time", () => {
  it.each([
    [0.0124, "12 ms"],
    [3.44, "3.4 s"],
    [312, "5 min 12 s"],
    [7500, "2 h 5 min"],
  ])("%s s is %s", (seconds, words) => expect(length(seconds)).toBe(words));
});
