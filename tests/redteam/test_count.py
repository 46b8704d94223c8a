"""The suite says of itself how many attempts there are and what each of them runs into."""

from collections import Counter

import pytest

from tests.redteam.attack import attempts, modules
from tests.redteam.house import BUCKET, MACHINE, House

FEWEST = 60


def test_every_attempt_names_the_defence_that_stops_it() -> None:
    assert {module.__name__: attempts(module)[""] for module in modules() if attempts(module)[""]} == {}


def test_there_are_attempts_enough(capsys: pytest.CaptureFixture[str]) -> None:
    found = sum((attempts(module) for module in modules()), Counter[str]())
    with capsys.disabled():
        print(f"\n{found.total()} attempts of the red team, none of which may succeed")
        for defence, count in sorted(found.items(), key=lambda pair: (-pair[1], pair[0])):
            print(f"{count:6}  {defence}")
    assert found.total() >= FEWEST


async def test_what_is_allowed_is_done_and_done_once(house: House) -> None:
    """Without this, a house that refuses everything would pass every attempt."""
    for _ in range(2):
        assert (await house.call("create_storage_bucket", BUCKET)).code == ""
        assert (await house.at_catalog("provision_compute", MACHINE)).code == ""
    house.insist_effects(2)
