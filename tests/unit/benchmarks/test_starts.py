"""How often a start is measured before its least figure is believed."""

from __future__ import annotations

import pytest

from benchmarks.starts import MOST, stands


def told(bound: float, reached: float | None = 400.0) -> dict[str, object]:
    """What a process tells that needed so many milliseconds to each moment."""
    moment = {"cpu_ms": bound, "rss_mb": 50.0}
    return {
        "start": {"cpu_ms": 0.0}, "bound": moment, "reached": reached and {"cpu_ms": reached, "rss_mb": 90.0}
    }  # fmt: skip


@pytest.mark.parametrize(
    ("figures", "enough"),
    [
        ([200, 150, 150, 150, 150], False),
        ([200, 150, 160, 170, 155, 151, 190], True),
        ([150, 160, 170, 149, 180, 190], True),
        ([200, 190, 180, 170, 160, 150], False),
        ([150, 160, 170, 180, 190, 140], False),
    ],
    ids=["few", "stood", "no less to speak of", "falling", "less at last"],
)
def test_a_least_figure_stands_after_five_starts_that_did_not_lower_it(figures: list[float], enough: bool) -> None:
    assert stands([told(figure) for figure in figures]) is enough
    assert stands([told(figure, None) for figure in figures]) is enough


def test_both_moments_have_to_stand() -> None:
    same = [told(150, 400)] * 5
    assert stands([*same, told(150, 400)])
    assert not stands([*same, told(150, 300)])


def test_after_enough_starts_it_is_as_it_is() -> None:
    assert stands([told(1000 - 50 * number) for number in range(MOST)])
