"""What a refresh keeps: wherever it is stopped and however often, every page is read once and none is lost."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from mcp_handlers.prices.live.compare import limit
from mcp_handlers.prices.live.progress import Progress
from mcp_handlers.prices.live.source import Page

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
PARTS = ("one", "two", "three")


def page(part: str, number: int, last: int) -> Page:
    """The page of this number: one item, and a cursor to the next."""
    return Page(({"part": part, "page": str(number)},), str(number + 1) if number < last else "", {"zero": 1})


@settings(max_examples=25, deadline=None)
@given(
    lengths=st.lists(st.integers(1, 4), min_size=3, max_size=3),
    stops=st.lists(st.integers(0, 3), max_size=5),
    torn=st.integers(0, 2),
)
def test_pages_are_all_there_and_in_order_wherever_it_was_stopped(
    lengths: list[int], stops: list[int], torn: int
) -> None:
    """`stops`: after how many pages each run is killed; `torn`: a page's file of that number is cut in half then."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "azure"
        for left in [*stops, 100]:
            progress = Progress(folder, "https://list", PARTS, NOON)
            for part, length in zip(PARTS, lengths, strict=True):
                while (cursor := progress.following(part)) is not None and left:
                    progress.keep(part, page(part, int(cursor or 0), length - 1))
                    left -= 1
            cut = folder / f"{torn:05d}.json.gz"
            if left == 0 and cut.exists():
                cut.write_bytes(cut.read_bytes()[:10])
        whole = [(part, str(number)) for part, length in zip(PARTS, lengths, strict=True) for number in range(length)]
        assert [(item["part"], item["page"]) for item in progress.items()] == whole
        assert progress.dropped == {"zero": sum(lengths)}


def test_pages_of_another_address_or_of_other_parts_are_not_gone_on_with(tmp_path: Path) -> None:
    Progress(tmp_path / "azure", "https://list", PARTS, NOON).keep("one", page("one", 0, 1))
    resumed = [
        Progress(tmp_path / "azure", address, parts, NOON).resumed
        for address, parts in (("https://list", PARTS), ("https://other", PARTS))
    ]
    assert resumed == [1, 0]
    Progress(tmp_path / "azure", "https://list", PARTS, NOON).keep("one", page("one", 0, 1))
    assert Progress(tmp_path / "azure", "https://list", PARTS[:2], NOON).resumed == 0


def test_a_state_that_cannot_be_read_is_begun_anew(tmp_path: Path) -> None:
    Progress(tmp_path / "azure", "https://list", PARTS, NOON).keep("one", page("one", 0, 1))
    (tmp_path / "azure" / "state.json").write_text('{"address": ')
    assert Progress(tmp_path / "azure", "https://list", PARTS, NOON).following("one") == ""


def test_a_cloud_has_its_own_limits_where_it_differs_and_the_common_ones_otherwise() -> None:
    assert (limit("aws", "lost_spot"), limit("azure", "lost_spot")) == (65, 30)
    assert limit("a cloud of tomorrow", "on_demand_moved") == 10
