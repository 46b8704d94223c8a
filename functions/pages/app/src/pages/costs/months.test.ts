// Months are UTC's and go back over the turn of the year.
import { expect, it } from "vitest";
import { months } from "./months";

it("goes back over the turn of the year", () => {
  const found = months(new Date("2026-02-28T23:30:00-05:00")).map(([value]) => value);
  expect(found).toEqual(["", "2026-02", "2026-01", "2025-12", "2025-11", "2025-10"]);
});
