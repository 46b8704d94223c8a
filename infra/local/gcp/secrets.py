"""Secret Manager v1: secrets with labels, annotations and an etag; versions that are enabled, disabled or destroyed."""

from __future__ import annotations

from infra.local.gcp.kinds import check_labels, fingerprint
from infra.local.gcp.wire import ApiError, Call, Reply, invalid, page
from infra.local.gcp.world import Secret, World, now
from workflow.model.base import Json

_SETTABLE = ("labels", "annotations")


def answer(world: World, call: Call) -> Reply:
    """Answer one call below `/v1/projects/P/secrets`. Raises ApiError."""
    parent, tail = "/".join(call.segments[1:3]), call.segments[4:]
    if not tail:
        return _create(world, call, parent) if call.method == "POST" else _list(world, call, parent)
    name, _, action = tail[0].partition(":")
    secret = world.secrets.get(f"{parent}/secrets/{name}")
    if secret is None:
        raise ApiError(404, "notFound", f"Secret [{parent}/secrets/{name}] not found or has no versions.")
    if len(tail) == 1:
        return _add(secret, call) if action == "addVersion" else _secret(world, call, secret)
    if len(tail) == 2:
        items, more = page(secret.versions[::-1], call.query, "pageSize")
        return Reply({"versions": items, "totalSize": len(secret.versions), **more})
    return _version(secret, call, tail[2])


def _create(world: World, call: Call, parent: str) -> Reply:
    name = f"{parent}/secrets/{call.query.get('secretId', '')}"
    if name in world.secrets:
        raise ApiError(409, "ALREADY_EXISTS", f"Secret [{name}] already exists.")
    check_labels(call.body.get("labels") or {})
    view = {"replication": {"automatic": {}}, **call.body, "name": name, "createTime": now()}
    world.secrets[name] = Secret(_stamped(view))
    return Reply(view)


def _list(world: World, call: Call, parent: str) -> Reply:
    mine = [secret.view for name, secret in world.secrets.items() if name.startswith(f"{parent}/")]
    items, more = page(mine, call.query, "pageSize")
    return Reply({"secrets": items, "totalSize": len(mine), **more})


def _secret(world: World, call: Call, secret: Secret) -> Reply:
    if call.method == "PATCH":
        if call.body.get("etag", secret.view["etag"]) != secret.view["etag"]:
            raise ApiError(400, "failedPrecondition", "The provided etag does not match the current one.")
        fields = [field for field in call.query.get("updateMask", "").split(",") if field]
        if not fields or set(fields) - set(_SETTABLE):
            raise invalid("updateMask names no field that can be set.")
        secret.view.update({field: call.body.get(field) or {} for field in fields})
        _stamped(secret.view)
    elif call.method == "DELETE":
        del world.secrets[secret.view["name"]]
        return Reply({})
    return Reply(secret.view)


def _stamped(view: Json) -> Json:
    view["etag"] = f'"{fingerprint((view.get("etag"), sorted(view.items(), key=str)))}"'
    return view


def _add(secret: Secret, call: Call) -> Reply:
    data = (call.body.get("payload") or {}).get("data")
    if not isinstance(data, str) or not data:
        raise invalid("payload.data is required.")
    number = len(secret.versions) + 1
    version = {"name": f"{secret.view['name']}/versions/{number}", "createTime": now(), "state": "ENABLED"}
    secret.versions.append(version)
    secret.payloads.append(data)
    return Reply(version)


def _version(secret: Secret, call: Call, named: str) -> Reply:
    wanted, _, action = named.partition(":")
    number = len(secret.versions) if wanted == "latest" else int(wanted) if wanted.isdigit() else 0
    if not 0 < number <= len(secret.versions):
        raise ApiError(404, "notFound", f"Secret Version [{secret.view['name']}/versions/{wanted}] not found.")
    version = secret.versions[number - 1]
    if action == "access":
        if version["state"] != "ENABLED":
            message = f"Secret Version [{version['name']}] is in {version['state']} state."
            raise ApiError(400, "failedPrecondition", message)
        return Reply({"name": version["name"], "payload": {"data": secret.payloads[number - 1]}})
    if action:
        version["state"] = {"enable": "ENABLED", "disable": "DISABLED", "destroy": "DESTROYED"}[action]
    return Reply(version)
