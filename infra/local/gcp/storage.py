"""Cloud Storage's JSON API v1: buckets, and small objects put in one piece."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from email import message_from_bytes
from email.policy import HTTP

from infra.local.gcp.kinds import check_labels
from infra.local.gcp.places import regions
from infra.local.gcp.wire import ApiError, Call, Reply, invalid, page
from infra.local.gcp.world import Bucket, World, now
from workflow.model.base import Json

_NAME = re.compile(r"^[a-z0-9]([a-z0-9._-]{1,61})[a-z0-9]$")
_MULTI_REGIONS = ("US", "EU", "ASIA")
_FIXED = ("kind", "id", "name", "location", "locationType", "timeCreated", "selfLink", "projectNumber")


def answer(world: World, call: Call) -> Reply:
    """Answer one call below `/storage/v1/b`. Raises ApiError."""
    tail = call.segments[3:]
    if not tail:
        return _insert(world, call) if call.method == "POST" else _list(world, call)
    bucket = _find(world, tail[0])
    if len(tail) == 1:
        return _bucket(world, call, bucket)
    if tail[1] == "o" and len(tail) == 2 and call.method == "GET":
        return _objects(call, bucket)
    if tail[1] == "o" and len(tail) == 3:
        return _object(call, bucket, tail[2])
    raise ApiError(404, "notFound", "Not Found")


def upload(world: World, call: Call) -> Reply:
    """Answer `POST /upload/storage/v1/b/BUCKET/o` with `uploadType` media or multipart."""
    bucket = _find(world, call.segments[4])
    meta, content = {"name": call.query.get("name", "")}, call.raw
    if call.query.get("uploadType") == "multipart":
        described, content = _parts(call)
        meta |= described
    if not meta["name"]:
        raise ApiError(400, "required", "Required parameter: name")
    if call.query.get("ifGenerationMatch") == "0" and meta["name"] in bucket.objects:
        raise ApiError(412, "conditionNotMet", "At least one of the pre-conditions you specified did not hold.")
    view = {
        "kind": "storage#object",
        "bucket": bucket.view["name"],
        "generation": world.new_id(),
        "metageneration": "1",
        "size": str(len(content)),
        "md5Hash": base64.b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode(),
        "timeCreated": _stamp(),
        **meta,
    }
    bucket.objects[view["name"]] = (view, content)
    return Reply(view)


def download(world: World, call: Call) -> Reply:
    """Answer `GET /download/storage/v1/b/BUCKET/o/OBJECT`."""
    return answer(world, replace(call, raw_path=call.raw_path.removeprefix("/download")))


def region_of(world: World, call: Call) -> str:
    """The region that a storage call concerns: the named bucket's, or the one that a new bucket shall have."""
    names = [part for part in call.segments[3:5] if part in world.buckets]
    if names:
        return str(world.buckets[names[0]].view["location"]).lower()
    return str(call.body.get("location", "")).lower() if call.method == "POST" and len(call.segments) == 3 else ""


def _stamp() -> str:
    """The time as Cloud Storage writes it, which its SDK insists on."""
    return now().replace("+00:00", "Z")


def _find(world: World, name: str) -> Bucket:
    if name not in world.buckets:
        raise ApiError(404, "notFound", "The specified bucket does not exist.")
    return world.buckets[name]


def _insert(world: World, call: Call) -> Reply:
    body = call.body
    name, location = str(body.get("name", "")), str(body.get("location", "US")).upper()
    if not _NAME.match(name) or ".." in name or name.startswith("goog"):
        raise invalid(f"Invalid bucket name: '{name}'")
    if name in world.buckets:
        raise ApiError(409, "conflict", "The requested bucket name is not available. Please select a different name.")
    if location.lower() not in regions() and location not in _MULTI_REGIONS:
        raise invalid(f"The specified location constraint is not valid: '{location}'.")
    check_labels(body.get("labels") or {})
    view = {
        "storageClass": "STANDARD",
        **body,
        "kind": "storage#bucket",
        "id": name,
        "selfLink": f"{call.host}/storage/v1/b/{name}",
        "projectNumber": call.query.get("project", ""),
        "location": location,
        "locationType": "multi-region" if location in _MULTI_REGIONS else "region",
        "metageneration": "1",
        "etag": "CAE=",
        "timeCreated": _stamp(),
        "updated": _stamp(),
    }
    world.buckets[name] = Bucket(view)
    return Reply(view)


def _list(world: World, call: Call) -> Reply:
    mine = [item.view for item in world.buckets.values() if item.view["projectNumber"] == call.query.get("project")]
    found = [view for view in mine if view["name"].startswith(call.query.get("prefix", ""))]
    items, more = page(found, call.query)
    return Reply({"kind": "storage#buckets", "items": items, **more})


def _bucket(world: World, call: Call, bucket: Bucket) -> Reply:
    view = bucket.view
    if call.method == "DELETE":
        if bucket.objects:
            raise ApiError(409, "conflict", "The bucket you tried to delete is not empty.")
        del world.buckets[view["name"]]
        return Reply(code=204)
    if call.method in ("PATCH", "PUT"):
        changes = {key: value for key, value in call.body.items() if key not in _FIXED}
        _merge(view, changes)
        check_labels(view.get("labels") or {})
        view |= {"metageneration": str(int(view["metageneration"]) + 1), "updated": _stamp()}
    return Reply(view)


def _merge(view: Json, changes: Json) -> None:
    for key, value in changes.items():
        if value is None:
            view.pop(key, None)
        elif isinstance(value, dict) and isinstance(view.get(key), dict):
            _merge(view[key], value)
        else:
            view[key] = value


def _objects(call: Call, bucket: Bucket) -> Reply:
    found = [
        view for name, (view, _) in sorted(bucket.objects.items()) if name.startswith(call.query.get("prefix", ""))
    ]
    items, more = page(found, call.query)
    return Reply({"kind": "storage#objects", "items": items, **more})


def _object(call: Call, bucket: Bucket, name: str) -> Reply:
    if name not in bucket.objects:
        raise ApiError(404, "notFound", f"No such object: {bucket.view['name']}/{name}")
    view, content = bucket.objects[name]
    if call.method == "DELETE":
        del bucket.objects[name]
        return Reply(code=204)
    if call.query.get("alt") == "media":
        return Reply(raw=content, content_type=view.get("contentType", "application/octet-stream"))
    return Reply(view)


def _parts(call: Call) -> tuple[Json, bytes]:
    head = f"Content-Type: {call.headers.get('content-type', '')}\r\n\r\n".encode()
    message = message_from_bytes(head + call.raw, policy=HTTP)
    parts = list(message.iter_parts())
    if len(parts) != 2:
        raise ApiError(400, "badContent", "A multipart upload has two parts")
    described: Json = json.loads(parts[0].get_content())
    return {"contentType": parts[1].get_content_type(), **described}, bytes(parts[1].get_payload(decode=True))
