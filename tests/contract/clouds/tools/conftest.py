"""The cloud of each case: every one that has a folder."""

from __future__ import annotations

from importlib import import_module

import pytest

from functions.registry import cloud_names
from tests.contract.clouds.world import World


@pytest.fixture(params=cloud_names())
def world(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> World:
    """The cloud, empty and well, as `worlds/<cloud>.py` begins it."""
    begun: World = import_module(f"tests.contract.clouds.worlds.{request.param}").begin(request, monkeypatch)
    return begun
