// Entries come in order, out of order and twice, and are each there once.
import { expect, it } from "vitest";
import { type Entry, joined } from "./live";

function entry(seq: number): Entry {
  return { seq, run: "r", kind: "k", at: "2026-11-29T12:00:00Z", body: {}, previous: "", hash: String(seq) };
}

it("keeps each entry once, in the ledger's order", () => {
  const found = [4, 7, 7, 5, 4, 9].map(entry).reduce(joined, [] as readonly Entry[]);
  expect(found.map((each) => each.seq)).toEqual([4, 5, 7, 9]);
});
