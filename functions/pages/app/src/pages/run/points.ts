// Offers as places in a chart: a row for each region of a cloud, cheapest first, and where on the price axis each lies. Pure.
import type { Shapes } from "../../api/client";

export type Offer = Shapes["CandidateRow"];

export interface Point {
  percent: number;
  offer: Offer;
}

export interface Row {
  cloud: string;
  region: string;
  cheapest: Offer;
  points: readonly Point[];
}

export interface Chart {
  rows: readonly Row[];
  more: number;
  ticks: readonly { percent: number; cents: number }[];
}

const ROWS = 5;
const STEPS = [1, 2, 5];

/** A place between 0 and 100 for each price. Prices many times apart are bent together, so that the cheap ones differ. */
export function scale(least: number, most: number): (cents: number) => number {
  const [low, high] = [Math.log(Math.max(least, 1)), Math.log(Math.max(most, 1))];
  if (high - low < 1e-9) return () => 50;
  return (cents) => Math.round(30 + (940 * (Math.log(Math.max(cents, 1)) - low)) / (high - low)) / 10;
}

/** Round prices from `least` to `most`, at most about six. */
export function marks(least: number, most: number): readonly number[] {
  const found: number[] = [];
  for (let power = 1; power <= most; power *= 10) {
    for (const step of STEPS) {
      if (step * power >= least && step * power <= most) found.push(step * power);
    }
  }
  const every = Math.ceil(found.length / 6);
  return found.filter((_, index) => index % every === 0);
}

function rowsOf(offers: readonly Offer[]): Map<string, Offer[]> {
  const rows = new Map<string, Offer[]>();
  for (const offer of offers) {
    const key = `${offer.cloud} ${offer.region}`;
    rows.set(key, [...(rows.get(key) ?? []), offer]);
  }
  return rows;
}

/** The chart of these offers: the cheapest regions of each cloud, and the chosen one's. What is beyond is counted in `more`. */
export function chart(offers: readonly Offer[]): Chart {
  const prices = offers.map((offer) => offer.total_cents);
  const [least, most] = [Math.min(...prices), Math.max(...prices)];
  const place = scale(least, most);
  const rows = [...rowsOf(offers).values()].flatMap((each): Row[] => {
    const sorted = [...each].sort((a, b) => a.total_cents - b.total_cents);
    const [cheapest] = sorted;
    if (cheapest === undefined) return [];
    const points = sorted.map((offer) => ({ percent: place(offer.total_cents), offer }));
    return [{ cloud: cheapest.cloud, region: cheapest.region, cheapest, points }];
  });
  rows.sort((a, b) => a.cheapest.total_cents - b.cheapest.total_cents);
  const shown = rows.filter(
    (row) => chosenIn(row) || rows.filter((each) => each.cloud === row.cloud).indexOf(row) < ROWS,
  );
  const ticks = prices.length ? marks(least, most).map((cents) => ({ percent: place(cents), cents })) : [];
  return { rows: shown, more: rows.length - shown.length, ticks };
}

export function chosenIn(row: Row): boolean {
  return row.points.some(({ offer }) => offer.chosen);
}
