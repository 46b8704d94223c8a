"""Another process takes a run over from one that still lives: nothing is done twice, whoever comes too late."""

import os
import random
from pathlib import Path

import pytest

from tests.chaos.cases import Cases, sample
from tests.chaos.conftest import Counted
from tests.chaos.house import House
from tests.contract.stores import STORES

SEEDS = int(os.environ.get("TOLLGATE_SEEDS", "1"))


@pytest.mark.timeout(7200)
@pytest.mark.parametrize("store", STORES)
def test_two_processes_race_on_one_run(house: House, tmp_path: Path, counted: Counted, store: str) -> None:
    cases = Cases(house, tmp_path, "happy", store)
    boundaries, expected = cases.undisturbed()
    tried = [random.Random(seed).choice(boundaries) for seed in range(SEEDS)]
    counted(tried, cases.race(tried, expected, stalls=False))


@pytest.mark.timeout(7200)
@pytest.mark.parametrize("store", STORES)
def test_a_process_that_stood_still_comes_too_late_to_do_harm(
    house: House, tmp_path: Path, counted: Counted, store: str
) -> None:
    cases = Cases(house, tmp_path, "happy", store)
    boundaries, expected = cases.undisturbed()
    tried = sample([each for each in boundaries if not each.startswith("before begin_run")], 1, offset=5)
    counted(tried, cases.race(tried, expected, stalls=True))
