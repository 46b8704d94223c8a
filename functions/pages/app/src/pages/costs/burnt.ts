// How far a budget is burnt, in words and percents. Pure.
import type { Shapes } from "../../api/client";
import { usd } from "../../parts/money";

export interface Burnt {
  settled: number;
  held: number;
  tone: "good" | "warn" | "bad";
  words: string;
}

function share(cents: number, limit: number): number {
  return limit > 0 ? Math.min(100, (100 * cents) / limit) : cents > 0 ? 100 : 0;
}

/** `elapsed` is how much of the month is over, in percent. */
export function burnt(line: Shapes["Line"], elapsed: number): Burnt {
  const { settled_cents, held_cents } = line.account;
  const settled = share(settled_cents, line.limit_cents);
  const held = Math.min(100 - settled, share(held_cents, line.limit_cents));
  const ends = `${usd(line.projected_cents)} at the month's end`;
  if (line.left_cents < 0) {
    return { settled, held, tone: "bad", words: `Overdrawn by ${usd(-line.left_cents)}.` };
  }
  if (line.projected_cents > line.limit_cents) {
    return {
      settled,
      held,
      tone: "warn",
      words: `${usd(line.left_cents)} left; ${ends} if it goes on so, over the limit.`,
    };
  }
  return {
    settled,
    held,
    tone: "good",
    words: `${usd(line.left_cents)} left; ${elapsed} % of the month is over; ${ends}.`,
  };
}
