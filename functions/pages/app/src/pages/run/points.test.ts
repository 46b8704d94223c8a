// Where offers lie in the chart.
import { expect, it } from "vitest";
import { chart, chosenIn, marks, type Offer, scale } from "./points";

function offer(cloud: string, region: string, total_cents: number, more: Partial<Offer> = {}): Offer {
  return {
    chosen: false,
    cloud,
    region,
    zone: "",
    machine: "m",
    purchase: "spot",
    usd_micros_hour: 1,
    total_cents,
    ranked_cents: total_cents,
    hours: 1,
    estimate: false,
    interruption_pct: null,
    jurisdictions: [],
    verdict: "allow",
    violations: [],
    quota: "",
    why_lost: "",
    ...more,
  };
}

it("has a row for each region of a cloud, cheapest first", () => {
  const found = chart([offer("aws", "b", 300), offer("aws", "a", 200), offer("gcp", "a", 250), offer("aws", "b", 100)]);
  expect(found.rows.map((row) => [row.cloud, row.region, row.cheapest.total_cents, row.points.length])).toEqual([
    ["aws", "b", 100, 2],
    ["aws", "a", 200, 1],
    ["gcp", "a", 250, 1],
  ]);
});

it("has every cloud's cheapest regions, and the chosen offer's however many are cheaper", () => {
  const cheap = Array.from({ length: 20 }, (_, index) => offer("aws", `r${index}`, 100 + index));
  const found = chart([...cheap, offer("azure", "far", 900), offer("aws", "last", 950, { chosen: true })]);
  expect(found.rows.map((row) => row.region)).toEqual(["r0", "r1", "r2", "r3", "r4", "far", "last"]);
  expect([found.more, found.rows.filter(chosenIn).length]).toEqual([15, 1]);
});

it("puts every price on the axis, the dearer the further", () => {
  const place = scale(100, 100_000);
  const places = [100, 200, 5_000, 100_000].map(place);
  expect(places).toEqual([...places].sort((a, b) => a - b));
  expect([place(100), place(100_000)]).toEqual([3, 97]);
  expect(scale(5, 5)(5)).toBe(50);
});

it("marks round prices only, and few", () => {
  expect(marks(150, 4_000)).toEqual([200, 500, 1000, 2000]);
  expect(marks(1, 10_000_000).length).toBeLessThanOrEqual(8);
  expect(chart([])).toEqual({ rows: [], more: 0, ticks: [] });
});
