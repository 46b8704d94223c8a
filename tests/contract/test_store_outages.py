"""Degraded clouds: marked once, probed in order, taken back once, on every store."""

from pathlib import Path

import pytest

from tests.contract.stores import NOW, STORES, an_event, later
from workflow.model.outage import Degraded

AWS = Degraded(cloud="aws", region="eu-west-1", reason="no answer", since=NOW)


@pytest.mark.parametrize("name", STORES)
async def test_a_cloud_is_marked_once_and_taken_back_once(name: str, tmp_path: Path) -> None:
    place = STORES[name].place(tmp_path)
    gcp = AWS.model_copy(update={"cloud": "gcp"})
    async with STORES[name].open(place) as store:
        marks = [await store.mark_degraded(one, an_event(kind="down")) for one in (gcp, AWS, AWS)]
        assert marks == [True, True, False]
    async with STORES[name].open(place) as store:
        assert await store.list_degraded() == [AWS, gcp]
        backs = [await store.mark_restored("aws", an_event(kind="back")) for _ in range(2)]
        assert backs == [True, False]
        assert await store.list_degraded() == [gcp]
        assert [entry.event.kind for entry in await store.entries()] == ["down", "down", "back"]


@pytest.mark.parametrize("name", STORES)
async def test_good_probes_are_counted_until_one_goes_wrong_or_it_is_down_again(name: str, tmp_path: Path) -> None:
    async with STORES[name].open(STORES[name].place(tmp_path)) as store:
        assert await store.note_probe("aws", NOW, answered=True) is None
        await store.mark_degraded(AWS, an_event(kind="down"))
        counts = []
        for seconds, answered in ((60, True), (120, True), (120, True), (90, False), (180, False), (240, True)):
            after = await store.note_probe("aws", later(seconds), answered=answered)
            counts.append((after.good, after.good_since))
        first, fresh = later(60), later(240)
        assert counts == [(1, first), (2, first), (2, first), (2, first), (0, None), (1, fresh)]
        await store.mark_degraded(AWS, an_event(kind="down"))
        (kept,) = await store.list_degraded()
        assert (kept.good, kept.good_since, kept.since) == (0, None, NOW)
