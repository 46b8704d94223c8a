"""Whole runs with the store and the checkpoints on PostgreSQL: the same flows in a house that differs in that only."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from functions.serve.settings import Settings
from tests.contract.postgres_server import fresh_schema
from tests.flows.conftest import everything_up
from tests.flows.house import House
from tests.flows.test_happy import test_the_ledger_holds_what_was_known_at_every_decision
from tests.flows.test_refusals import test_a_bucket_outside_the_jurisdiction_is_denied_with_rule_reason_and_remedy
from tests.flows.test_trouble import test_money_is_spent_on_what_lives_and_given_back_for_what_was_rolled_back

__all__ = [
    "test_a_bucket_outside_the_jurisdiction_is_denied_with_rule_reason_and_remedy",
    "test_money_is_spent_on_what_lives_and_given_back_for_what_was_rolled_back",
    "test_the_ledger_holds_what_was_known_at_every_decision",
]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Everything up, with the store on PostgreSQL."""
    with everything_up(tmp_path_factory.mktemp("house"), fresh_schema()) as found:
        yield found


async def test_everything_of_a_run_lies_in_the_database_and_nothing_in_a_file(house: House) -> None:
    record = await house.record("We need a bucket for backups in Ireland")
    assert not (house.told.home / "tollgate.db").exists()
    with psycopg.connect(house.told.database_url) as database:
        run, place = "SELECT state FROM runs WHERE id = %s", "SELECT count(*) > 0 FROM checkpoints WHERE thread_id = %s"
        assert database.execute(run, (record.run,)).fetchone() == ("succeeded",)
        assert database.execute(place, (record.run,)).fetchone() == (True,)
