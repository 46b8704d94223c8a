"""Where the planes are: on this machine, unless they are said to be elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from functions.planes import URLS
from functions.registry import cloud_names
from functions.serve.settings import settings
from functions.serve.wellknown import signer_of, standing
from mcp_handlers.kernel.clock import SystemClock
from mcp_handlers.kernel.jws import ISSUER, LOCAL_ISSUER
from tests.fakes.world import ADA
from workflow.control.keyring import Ring, fresh_key
from workflow.control.signing import HeldSigner, RingSigner
from workflow.model.errors import BadRequest, Terminal
from workflow.store.store import open_store

BASE = {"TOLLGATE_HOME": "home", "TOLLGATE_PORT": "9000"}


def test_every_plane_is_on_this_machine_unless_told() -> None:
    told = settings(BASE)
    assert (told.control_url, told.clouds) == ("http://127.0.0.1:9000", cloud_names())
    assert [told.cloud_url(cloud) for cloud in told.clouds] == [f"http://127.0.0.1:{9001 + n}" for n in range(3)]


def test_a_plane_that_is_elsewhere_is_called_there_and_the_others_stay() -> None:
    told = settings({**BASE, URLS: "control=https://api.example.com/control/ aws=https://api.example.com"})
    assert told.control_url == "https://api.example.com/control"
    assert [told.cloud_url(cloud) for cloud in ("aws", "azure")] == ["https://api.example.com", "http://127.0.0.1:9002"]
    assert settings({**BASE, URLS: "moon=https://moon.example.com"}).clouds == (*cloud_names(), "moon")


@pytest.mark.parametrize(
    "setting",
    ["https://api.example.com", "aws", "aws=", "aws=ftp://x", "aws=https://", "a/b=https://x", "aws=https://[x"],
)
def test_what_gives_no_addresses_is_refused(setting: str) -> None:
    with pytest.raises(BadRequest, match=URLS):
        settings({**BASE, URLS: setting})


def held(ring: bytes, tmp_path: Path) -> HeldSigner:
    """What signs where a vault gives this for the keyring."""
    signer = signer_of(settings({"TOLLGATE_HOME": str(tmp_path)}, ring=lambda: ring))
    assert isinstance(signer, HeldSigner)
    return signer


async def test_tokens_of_a_keyring_from_a_vault_are_believed_where_nothing_is_local(tmp_path: Path) -> None:
    now = SystemClock().now()
    ring = Ring(keys=(fresh_key(now),)).model_dump_json().encode()
    token = held(ring, tmp_path).token(ADA, "control")
    told = settings({"TOLLGATE_HOME": str(tmp_path)}, ring=lambda: ring)
    async with open_store(tmp_path / "store.db") as store:
        keys = await standing(told, store).trusted("", writes=True)
    claims = keys.verify(token, typ="at+jwt", audience="tollgate:control", now=now)
    assert (claims["iss"], claims["sub"]) == (ISSUER, ADA.id)
    assert not (tmp_path / "keys").exists()


def test_this_machines_own_keys_are_of_local_mode_only(tmp_path: Path) -> None:
    signer = signer_of(settings({"TOLLGATE_HOME": str(tmp_path)}))
    assert isinstance(signer, RingSigner)
    assert signer.jwks()["keys"]
    assert LOCAL_ISSUER != ISSUER


def test_a_vault_that_holds_no_keyring_is_told_of_without_quoting_it(tmp_path: Path) -> None:
    with pytest.raises(Terminal) as told:
        held(b'{"seed": "secret"}', tmp_path).token(ADA, "control")
    assert "secret" not in f"{told.value.message}{told.value.remedy}"
