// Money for people. It arrives in whole US cents and is never reckoned with as a fraction.
const DOLLARS = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD" });
const RATE = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD", maximumFractionDigits: 4 });

/** `$1,234.50` of cents. */
export function usd(cents: number): string {
  return DOLLARS.format(cents / 100);
}

/** `$1.0123` of millionths of a dollar, as hourly prices are. */
export function rate(micros: number): string {
  return RATE.format(micros / 1_000_000);
}
