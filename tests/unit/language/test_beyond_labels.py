"""What the Workload keeps besides the labelled fields."""

from __future__ import annotations

import pytest

from workflow.language.rules import parse
from workflow.model.workload import LABELLED

NOTHING = {
    "excluded_regions": (), "excluded_clouds": (), "any_gpu": False, "recurs": None, "stateful": False, "due": None,
    "words": (),
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("batch job on 4 cores, 2 hours", {}),
        (
            "batch job on 4 cores, anywhere except us-east-1 or eu-west-1",
            {"excluded_regions": ("us-east-1", "eu-west-1")},
        ),
        ("batch job on 4 cores, not on Azure", {"excluded_clouds": ("azure",)}),
        ("train on 2 GPUs of any type", {"any_gpu": True}),
        ("train on 2 T4", {}),
        ("run the export every night on 4 cores", {"recurs": "daily"}),
        ("run the export every Monday on 4 cores", {"recurs": "weekly"}),
        ("jede Stunde ein ETL-Lauf mit 4 Kernen", {"recurs": "hourly"}),
        ("매일 배치 작업, 4코어", {"recurs": "daily"}),
        ("web server, $50 a month", {}),
        ("postgres database with 4 cores", {"stateful": True}),
        ("a bucket of 2 TB", {"stateful": True}),
    ],
)
def test_what_labels_cannot_say_is_kept(text: str, kept: dict[str, object]) -> None:
    assert parse(text).model_dump(exclude=set(LABELLED)) == NOTHING | kept
