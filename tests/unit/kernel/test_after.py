"""How long a `Retry-After` asks to wait."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_handlers.kernel import after
from tests.fakes.world import NOW


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        ("", None),
        ("0", 0.0),
        ("120", 120.0),
        ("1.5", 1.5),
        ("-3", 0.0),
        ("soon", None),
        ("nan", None),
        ("inf", None),
        ("Fri, 20 Nov 2026 12:00:30 GMT", 30.0),
        ("Fri, 20 Nov 2026 11:00:00 GMT", 0.0),
        ("Fri, 20 Nov 2026 12:00:30 -0000", 30.0),
    ],
)
def test_seconds_and_dates_are_understood_and_nonsense_is_not(value: str | None, expected: float | None) -> None:
    assert after.seconds(value, NOW) == expected


@given(st.text(max_size=40))
def test_no_header_breaks_it(value: str) -> None:
    found = after.seconds(value, NOW)
    assert found is None or found >= 0
