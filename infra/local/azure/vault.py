"""Key Vault's secrets: versions, a challenge before anything else, and a soft delete."""

from __future__ import annotations

import time
import uuid

from infra.local.azure.account import DIRECTORY
from infra.local.azure.call import Call
from infra.local.azure.refusal import Refusal, Reply, invalid
from workflow.model.base import Json

_CHALLENGE = f'Bearer authorization="https://login.microsoftonline.com/{DIRECTORY}", resource="https://vault.azure.net"'


class Vault:
    """One vault, which answers at the server's own address. A secret's value is never listed."""

    def __init__(self) -> None:
        self._secrets: dict[str, list[Json]] = {}
        self._deleted: dict[str, list[Json]] = {}

    def answer(self, call: Call) -> Reply:
        """Perform one call below `/secrets` or `/deletedsecrets`. Raises Refusal."""
        if not call.headers.get("authorization"):
            raise Refusal(401, "Unauthorized", "AKV10000: A bearer token is needed.", {"WWW-Authenticate": _CHALLENGE})
        root, _, rest = call.path.strip("/").partition("/")
        name, _, version = rest.strip("/").partition("/")
        if root.lower() == "deletedsecrets":
            return self._buried(call, name)
        if not name:
            return Reply(200, {"value": [_listed(versions[-1], short=True) for versions in self._secrets.values()]})
        if call.method == "PUT":
            return self._set(call, name)
        versions = self._secrets.get(name.lower())
        if versions is None:
            raise _absent(name)
        if call.method == "DELETE":
            self._deleted[name.lower()] = self._secrets.pop(name.lower())
            return self._buried(call, name)
        if version.lower() == "versions":
            return Reply(200, {"value": [_listed(one) for one in versions]})
        return self._one(call, name, version, versions)

    def _set(self, call: Call, name: str) -> Reply:
        if not isinstance(call.body.get("value"), str):
            raise invalid("A secret needs a value.", "BadParameter")
        now, version = int(time.time()), uuid.uuid4().hex
        secret: Json = {
            "value": call.body["value"],
            "id": f"{call.base}/secrets/{name}/{version}",
            "attributes": {"enabled": True, "created": now, "updated": now, **(call.body.get("attributes") or {})},
            "tags": call.body.get("tags") or {},
        }
        self._secrets.setdefault(name.lower(), []).append(secret)
        return Reply(200, secret)

    def _one(self, call: Call, name: str, version: str, versions: list[Json]) -> Reply:
        found = [one for one in versions if not version or one["id"].endswith(f"/{version}")]
        if not found:
            raise _absent(f"{name}/{version}")
        secret = found[-1]
        if call.method == "GET" and not secret["attributes"]["enabled"]:
            raise Refusal(403, "Forbidden", "Operation get is not allowed on a disabled secret.")
        if call.method == "PATCH":
            secret["attributes"] |= {**(call.body.get("attributes") or {}), "updated": int(time.time())}
            secret["tags"] = call.body.get("tags") or secret["tags"]
            return Reply(200, _listed(secret))
        return Reply(200, secret)

    def _buried(self, call: Call, name: str) -> Reply:
        versions = self._deleted.get(name.lower())
        if versions is None:
            raise _absent(name)
        if call.method == "DELETE" and call.path.lower().startswith("/deletedsecrets"):
            del self._deleted[name.lower()]
            return Reply(204)
        now = int(time.time())
        grave = {"recoveryId": f"{call.base}/deletedsecrets/{name}", "deletedDate": now, "scheduledPurgeDate": now}
        return Reply(200, {**_listed(versions[-1]), **grave})


def _listed(secret: Json, *, short: bool = False) -> Json:
    shown = {name: value for name, value in secret.items() if name != "value"}
    if short:
        shown["id"] = shown["id"].rpartition("/")[0]
    return shown


def _absent(name: str) -> Refusal:
    return Refusal(404, "SecretNotFound", f"A secret with (name/id) {name} was not found in this key vault.")
