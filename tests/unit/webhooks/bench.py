"""A reception over a store of its own, behind the local routes: for tests that send many things to a door."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from starlette.applications import Starlette

from functions.webhooks.local import hook_routes
from tests.fakes.listening import listening
from tests.flows.doors import PEOPLE
from tests.services.receiver import EVE, SECRETS
from workflow.store.store import Store, open_store


@asynccontextmanager
async def hooks(folder: Path, patch: pytest.MonkeyPatch) -> AsyncIterator[tuple[Store, str]]:
    """The store, and the address of the generic door."""
    patch.setenv("TOLLGATE_PEOPLE", json.dumps(PEOPLE))
    patch.setenv("TOLLGATE_DOOR_SIGNED_SECRETS", json.dumps({**SECRETS, **EVE}))
    async with (
        open_store(folder / "store.db") as store,
        listening(lambda port: Starlette(routes=hook_routes(store))) as address,
    ):
        yield store, f"{address}/hooks/signed"
