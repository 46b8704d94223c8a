"""Cents and microdollars: how a rate and a length of time become an amount. All integers, always rounded up."""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal

MICROS_PER_USD = 1_000_000
MICROS_PER_CENT = 10_000
HOURS_PER_MONTH = 730
"""The convention of all three clouds' calculators: 365 × 24 / 12."""


def micros_from_usd(usd: str | Decimal) -> int:
    """A published US-dollar rate as microdollars, rounded half-even to the nearest."""
    return int((Decimal(usd) * MICROS_PER_USD).to_integral_value())


def amount_micros(rate_micros: int, quantity: float) -> int:
    """`rate_micros` per unit times `quantity` units, rounded up to a whole microdollar."""
    exact = Decimal(rate_micros) * Decimal(str(quantity))
    return int(exact.to_integral_value(rounding=ROUND_CEILING))


def cents(micros: int) -> int:
    """Microdollars as cents, rounded up, so that a budget is never undercounted."""
    return -(-micros // MICROS_PER_CENT)


def usd(cents_: int) -> str:
    """Cents for people: `$1,234.50`."""
    sign, whole = ("-", -cents_) if cents_ < 0 else ("", cents_)
    return f"{sign}${whole // 100:,}.{whole % 100:02d}"


def usd_per_hour(micros: int) -> str:
    """An hourly rate for people, to a hundredth of a cent: `$0.0416`."""
    return f"${micros / MICROS_PER_USD:,.4f}"
