"""The doors as a function: the store is opened once for many deliveries; a sender comes again where it cannot."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from functions.serve.settings import Settings
from functions.webhooks import function
from functions.webhooks.function import Kept
from tests.flows.doors import PEOPLE
from tests.services.receiver import SECRETS, posted
from workflow.store.store import open_store


async def test_many_deliveries_are_one_opening_and_one_that_failed_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[object] = []
    monkeypatch.setattr(function, "open_store", lambda where: opened.append(where) or open_store(where))
    doors = {"TOLLGATE_PEOPLE": json.dumps(PEOPLE), "TOLLGATE_DOOR_SIGNED_SECRETS": json.dumps(SECRETS)}
    told = Settings(tmp_path, 0, doors=doors)
    away = replace(told, database_url="postgresql://127.0.0.1:1/none")
    places = [away, *[told] * 4]
    kept = Kept(lambda: places.pop(0))
    sent = [posted("a bucket in Ireland", "ada", number) for number in range(4)]
    answers = [await kept.receive("signed", each.headers, each.body) for each in (sent[0], *sent[:3])]
    assert [answer.status for answer in answers] == [503, 200, 200, 200]
    assert "Retry-After" in answers[0].headers
    assert opened == [away.database, told.database]
    assert (await kept.receive("nobody", sent[3].headers, sent[3].body)).status == 404
    await kept.close()
