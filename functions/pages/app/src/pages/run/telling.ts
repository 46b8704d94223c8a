// The offers worth a look: the best, the best of each cloud, and the cheapest that policy forbids. Pure.
import type { Offer } from "./points";

const BEST = 6;
const DENIED = 2;

/** In the order that they came in: best first. */
export function telling(offers: readonly Offer[]): readonly Offer[] {
  const compliant = offers.filter((offer) => offer.verdict !== "deny");
  const firsts = compliant.filter(
    (offer, index) => compliant.findIndex((each) => each.cloud === offer.cloud) === index,
  );
  const denied = offers.filter((offer) => offer.verdict === "deny").slice(0, compliant.length ? DENIED : BEST);
  const kept = new Set([...compliant.slice(0, BEST), ...firsts, ...denied, ...offers.filter((offer) => offer.chosen)]);
  return offers.filter((offer) => kept.has(offer));
}
