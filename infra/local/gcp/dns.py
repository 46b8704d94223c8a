"""Cloud DNS v1: managed zones with labels, record sets, and changes that hold only if what they delete is still so."""

from __future__ import annotations

from infra.local.gcp.kinds import fingerprint
from infra.local.gcp.wire import ApiError, Call, Reply, invalid, page
from infra.local.gcp.world import World, now
from workflow.model.base import Json


def answer(world: World, call: Call) -> Reply:
    """Answer one call below `/dns/v1/projects/P/managedZones`. Raises ApiError."""
    tail = call.segments[5:]
    if not tail:
        return _create(world, call) if call.method == "POST" else Reply({"managedZones": list(world.zones.values())})
    zone = world.zones.get(tail[0])
    if zone is None:
        raise _missing("managedZone", tail[0])
    match call.method, tail[1:]:
        case "GET", ():
            return Reply(zone)
        case "PATCH", ():
            zone.update(call.body)
            return Reply({"kind": "dns#operation", "id": world.new_id(), "status": "done", "type": "update"})
        case "POST", ("changes",):
            return _change(world, call, world.rrsets[tail[0]])
        case "GET", ("rrsets",):
            items, more = page(world.rrsets[tail[0]], call.query)
            return Reply({"kind": "dns#resourceRecordSetsListResponse", "rrsets": items, **more})
        case "GET", ("rrsets", name, kind):
            return Reply(_find(world.rrsets[tail[0]], name, kind))
    raise ApiError(404, "notFound", f"Not found: {call.raw_path}")


def _create(world: World, call: Call) -> Reply:
    name = str(call.body.get("name", ""))
    if not name or name in world.zones:
        raise ApiError(409, "alreadyExists", f"The resource 'entity.managedZone' named '{name}' already exists")
    world.zones[name] = {"kind": "dns#managedZone", "id": world.new_id(), "creationTime": now(), **call.body}
    world.rrsets[name] = []
    return Reply(world.zones[name])


def _change(world: World, call: Call, records: list[Json]) -> Reply:
    gone, new = call.body.get("deletions") or [], call.body.get("additions") or []
    for record in gone:
        if _bare(record) != _bare(_find(records, record["name"], record["type"])):
            raise ApiError(
                412, "conditionNotMet", f"Precondition not met for 'entity.change.deletions[{record['name']}]'"
            )
    kept = [one for one in records if _named(one) not in {_named(record) for record in gone}]
    for record in new:
        if _named(record) in {_named(one) for one in kept}:
            raise ApiError(409, "alreadyExists", f"The resource '{record['name']}' ({record['type']}) already exists")
        if not record.get("rrdatas") and not record.get("routingPolicy"):
            raise invalid("A record set needs rrdatas or a routingPolicy.")
    records[:] = [*kept, *({"kind": "dns#resourceRecordSet", **record} for record in new)]
    made = {"kind": "dns#change", "id": world.new_id(), "startTime": now(), "status": "done"}
    return Reply({**made, "additions": new, "deletions": gone})


def _named(record: Json) -> tuple[str, str]:
    return record["name"], record["type"]


def _bare(record: Json) -> str:
    return fingerprint(sorted((name, str(value)) for name, value in record.items() if name != "kind"))


def _find(records: list[Json], name: str, kind: str) -> Json:
    for record in records:
        if _named(record) == (name, kind):
            return record
    raise _missing("rrset", name)


def _missing(what: str, name: str) -> ApiError:
    return ApiError(404, "notFound", f"The 'parameters.{what}' resource named '{name}' does not exist.")
