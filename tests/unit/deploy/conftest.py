"""The raw price lines, read once, as the price tests read them."""

from tests.unit.prices.conftest import built, worlds

__all__ = ["built", "worlds"]
