// Budgets as they burn.
import { expect, it } from "vitest";
import type { Shapes } from "../../api/client";
import { burnt } from "./burnt";

function line(settled_cents: number, held_cents: number, limit_cents: number, projected_cents: number): Shapes["Line"] {
  const account = { tenant: "acme", project: "", run: "", settled_cents, held_cents };
  return { account, limit_cents, left_cents: limit_cents - settled_cents - held_cents, projected_cents };
}

it.each([
  [line(1000, 500, 10_000, 3_000), { settled: 10, held: 5, tone: "good" }],
  [line(5_000, 0, 10_000, 20_000), { settled: 50, held: 0, tone: "warn" }],
  [line(9_000, 5_000, 10_000, 20_000), { settled: 90, held: 10, tone: "bad" }],
  [line(1, 0, 0, 1), { settled: 100, held: 0, tone: "bad" }],
])("%o", (given, expected) => expect(burnt(given, 50)).toMatchObject(expected));

it("says what is left, or by how much it is overdrawn", () => {
  expect(burnt(line(1000, 0, 10_000, 2_000), 50).words).toBe(
    "$90.00 left; 50 % of the month is over; $20.00 at the month's end.",
  );
  expect(burnt(line(12_000, 0, 10_000, 24_000), 50).words).toBe("Overdrawn by $20.00.");
});
