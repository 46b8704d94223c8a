"""A control plane's function reads its secrets from its cloud's vault, by the official SDK, and nowhere else."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import pytest

from functions.azure import held as azure_held
from functions.gcp import held as gcp_held
from functions.held import DATABASE, DATABASE_SECONDS, DOORS, GATEWAY_KEYS, KEYRING, KEYRING_SECONDS, Kept
from functions.planes import URLS
from functions.serve.settings import Settings
from tests.contract.clouds.azure_cloud import LocalAzure, azure, server
from tests.contract.clouds.gcp_cloud import LocalGcp, gcp, running_gcp
from tests.services.vaults import to_azure, to_google
from workflow.model.errors import BadRequest, StoreAway

__all__ = ["azure", "gcp", "running_gcp", "server"]

URL = "postgresql://tollgate@db/tollgate"
HERE = {URLS: "control=https://tollgate.example.com azure=https://azure.example.com"}


@dataclass(frozen=True)
class Vault:
    """`put` gives a secret a value and answers its name; `read` is the function's own way; `down` makes it silent."""

    put: Callable[[str, str], str]
    read: Callable[[str], str]
    settings: Callable[[dict[str, str]], Settings]
    down: Callable[[], None]


@pytest.fixture
def key_vault(azure: LocalAzure, monkeypatch: pytest.MonkeyPatch) -> Vault:
    """Key Vault, over TLS and with its challenge."""
    for name, value in azure.environment.items():
        monkeypatch.setenv(name, value)
    put = partial(to_azure, azure.environment)
    return Vault(put, azure_held.read, azure_held.settings, lambda: azure.fault("cloud_down"))


@pytest.fixture
def secret_manager(gcp: LocalGcp, monkeypatch: pytest.MonkeyPatch) -> Vault:
    """Secret Manager; the function's own account is asked of the metadata server."""
    for name, value in gcp.environment.items():
        monkeypatch.setenv(name, value)
    return Vault(partial(to_google, gcp.environment), gcp_held.read, gcp_held.settings, lambda: gcp.fault("cloud_down"))


@pytest.fixture(params=["key_vault", "secret_manager"])
def vault(request: pytest.FixtureRequest) -> Vault:
    """Each cloud's."""
    found: Vault = request.getfixturevalue(request.param)
    return found


def fresh() -> str:
    """A name that nobody has read."""
    return f"s{uuid.uuid4().hex[:12]}"


def test_the_settings_are_what_the_vault_has_now_and_a_newer_version_counts(vault: Vault) -> None:
    name = fresh()
    told = {**HERE, DATABASE: vault.put(name, f"{URL}\n"), KEYRING: vault.put(fresh(), '{"keys": []}')}
    found = vault.settings(told)
    assert (found.database, found.control_url) == (URL, "https://tollgate.example.com")
    assert found.ring is not None
    assert found.ring() == b'{"keys": []}'
    assert URL not in repr(found)
    vault.put(name, "postgresql://other")
    assert vault.settings(told).database == URL
    assert vault.read(told[DATABASE]) == "postgresql://other"


def test_what_cannot_be_read_is_retryable_and_quotes_no_value(vault: Vault) -> None:
    name = vault.put(fresh(), "a-secret-value")
    with pytest.raises(StoreAway, match="cannot be read"):
        vault.read(name + "-elsewhere")
    vault.down()
    with pytest.raises(StoreAway) as refused:
        vault.settings({**HERE, DATABASE: name, KEYRING: name})
    assert "a-secret-value" not in f"{refused.value} {refused.value.remedy}"


@pytest.mark.parametrize("lacking", [DATABASE, KEYRING])
def test_a_control_plane_without_its_secrets_does_not_start_on_others(vault: Vault, lacking: str) -> None:
    told = {**HERE, DATABASE: vault.put(fresh(), URL), KEYRING: vault.put(fresh(), "{}"), lacking: ""}
    with pytest.raises(BadRequest, match=f"{lacking} is not set"):
        vault.settings(told).ring()  # type: ignore[misc]


def test_an_empty_address_of_the_database_is_no_file_of_the_machine(vault: Vault) -> None:
    with pytest.raises(BadRequest, match="is empty"):
        vault.settings({**HERE, DATABASE: vault.put(fresh(), " \n"), KEYRING: "any"})


def test_gateways_keys_and_doors_are_there_where_they_are_set_and_nothing_else_is_taken_for_them(vault: Vault) -> None:
    keys, doors = {"gcp": "k" * 40}, {"TOLLGATE_DOOR_SLACK_SECRET": "s"}
    told = {**HERE, DATABASE: vault.put(fresh(), URL), KEYRING: "any"}
    assert (vault.settings(told).gateway_keys, vault.settings(told).doors) == ({}, {})
    more = {GATEWAY_KEYS: vault.put(fresh(), json.dumps(keys)), DOORS: vault.put(fresh(), json.dumps(doors))}
    found = vault.settings(told | more)
    assert (found.gateway_keys, found.doors) == (keys, doors)
    assert "kkkk" not in repr(found)
    with pytest.raises(BadRequest, match="no JSON object of texts") as refused:
        vault.settings(told | {GATEWAY_KEYS: vault.put(fresh(), '["a-secret-value"]')})
    assert "a-secret-value" not in str(refused.value)


def test_a_secret_of_azure_is_named_by_its_address(key_vault: Vault) -> None:
    with pytest.raises(BadRequest, match="by its address"):
        key_vault.read("keyring")


def test_a_value_is_read_once_in_its_time_and_none_is_used_beyond_it() -> None:
    now, answers = [0.0], iter(["first", "second"])
    kept = Kept(lambda name: next(answers), lambda: now[0])
    assert [kept("a", KEYRING_SECONDS) for _ in range(3)] == ["first"] * 3
    now[0] = KEYRING_SECONDS - 0.1
    assert (kept("a", KEYRING_SECONDS), kept("a", DATABASE_SECONDS)) == ("first", "first")
    now[0] = KEYRING_SECONDS
    assert (kept("a", DATABASE_SECONDS), kept("a", KEYRING_SECONDS)) == ("first", "second")
    now[0] = DATABASE_SECONDS * 2
    with pytest.raises(StopIteration):
        kept("a", KEYRING_SECONDS)
