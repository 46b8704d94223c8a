"""Prices from a folder of refreshed files, in place of our own."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from mcp_handlers.prices import catalog
from mcp_handlers.prices.build import CLOUDS, OFFERS
from mcp_handlers.prices.quote import quote
from mcp_handlers.tools.get_cost_estimate import Input
from workflow.model.errors import NotFound


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the shipped file of one cloud, named as the one to read."""
    (tmp_path / "gcp").mkdir()
    shutil.copy(CLOUDS / "gcp" / OFFERS, tmp_path / "gcp")
    monkeypatch.setenv(catalog.FOLDER, str(tmp_path))
    return tmp_path


def test_only_the_clouds_of_the_folder_are_priced(folder: Path) -> None:
    assert catalog.clouds() == ("gcp",)
    assert set(quote(Input(vcpus=4)).snapshots) == {"gcp"}
    with pytest.raises(NotFound, match="no price file for cloud 'aws'"):
        catalog.load_cloud("aws")


def test_a_file_that_is_put_in_place_is_read_by_a_process_that_has_the_old_one(folder: Path) -> None:
    before = catalog.load_cloud("gcp")
    assert catalog.load_cloud("gcp") is before
    shutil.copy(CLOUDS / "aws" / OFFERS, folder / "new")
    os.replace(folder / "new", folder / "gcp" / OFFERS)
    assert catalog.load_cloud("gcp").snapshot == catalog.Catalog("aws", str(CLOUDS / "aws" / OFFERS)).snapshot
    assert before.machines[0].startswith("a2-")


def test_a_folder_that_is_not_there_is_an_error_and_never_our_own_prices(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(catalog.FOLDER, str(tmp_path / "none"))
    for ask in (catalog.clouds, lambda: catalog.load_cloud("aws")):
        with pytest.raises(NotFound, match="which is no folder"):
            ask()


def test_a_clouds_name_leads_to_no_other_folder(folder: Path) -> None:
    shutil.copytree(folder / "gcp", folder.parent / "elsewhere", dirs_exist_ok=True)
    with pytest.raises(NotFound, match="no price file"):
        catalog.load_cloud("../elsewhere")
