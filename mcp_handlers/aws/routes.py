"""Weighted and failover records in Route 53: whose they are, what each target carries, and how it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mcp_handlers.aws.client import Clients
from mcp_handlers.aws.errors import translated
from mcp_handlers.aws.labels import TENANT, by_name
from mcp_handlers.tools.failover_route import Health, Standing, parts, standing
from workflow.model.errors import NotFound, Rejected
from workflow.model.resource import Resource

Record = Mapping[str, Any]
_NOTE_SECONDS = 300
_HEALTHY_SHARE = 0.18
"""Route 53 takes an endpoint for healthy if more than 18 % of its checkers do (Route 53 developer guide)."""


def zone_tags(clients: Clients, region: str, zone: str, tenant: str) -> dict[str, str]:
    """The tags of a hosted zone. Raises NotFound where there is none, or it is not `tenant`'s."""
    found = clients.route53(region).list_tags_for_resource(ResourceType="hostedzone", ResourceId=zone)
    tags = by_name(found["ResourceTagSet"]["Tags"])
    if tags.get(TENANT) != tenant:
        raise NotFound(f"There is no hosted zone {zone} of tenant {tenant}.")
    return tags


def records(clients: Clients, region: str, zone: str, name: str, kind: str) -> list[Record]:
    """Every record of this name and type. Raises NotFound where there is none."""
    asked: dict[str, Any] = {"HostedZoneId": zone, "StartRecordName": name, "StartRecordType": kind}
    found: list[Record] = []
    while True:
        page = clients.route53(region).list_resource_record_sets(**asked)
        rows = page["ResourceRecordSets"]
        here = [row for row in rows if _same(row, name, kind)]
        found += here
        if not page["IsTruncated"] or len(here) < len(rows):
            break
        asked = {"HostedZoneId": zone, "StartRecordName": page["NextRecordName"]}
        asked |= {"StartRecordType": page["NextRecordType"]}
        if "NextRecordIdentifier" in page:
            asked["StartRecordIdentifier"] = page["NextRecordIdentifier"]
    if not found:
        raise NotFound(f"The hosted zone {zone} has no record {name} of type {kind}.")
    return found


def _same(row: Record, name: str, kind: str) -> bool:
    named = str(row["Name"]).rstrip(".").lower().replace("\\052", "*")
    return (named, row["Type"]) == (name, kind)


def weights(found: Sequence[Record]) -> dict[str, float]:
    """What each target carries; of failover records the primary carries 100, the secondary 0.

    Raises Rejected for records that are neither weighted nor failover.
    """
    if all("Weight" in row for row in found):
        return {row["SetIdentifier"]: float(row["Weight"]) for row in found}
    if all("Failover" in row for row in found):
        return {row["SetIdentifier"]: 100.0 if row["Failover"] == "PRIMARY" else 0.0 for row in found}
    raise Rejected(f"{found[0]['Name']} has neither weighted nor failover records.", "Give it one of these policies.")


def reset(found: Sequence[Record], after: Mapping[str, float]) -> list[dict[str, Any]]:
    """The records that have to change, as they are to be. Raises Rejected for half a failover."""
    changed: list[dict[str, Any]] = []
    for row in found:
        carries = after[row["SetIdentifier"]]
        if "Weight" in row and row["Weight"] != carries:
            changed.append({**row, "Weight": int(carries)})
        elif "Failover" in row and carries not in (0, 100):
            raise Rejected("Of failover records one carries everything.", "Move 100 per cent.")
        elif "Failover" in row and (row["Failover"] == "PRIMARY") != (carries == 100):
            changed.append({**row, "Failover": "PRIMARY" if carries else "SECONDARY"})
    return changed


def replaced(found: Sequence[Record], after: Mapping[str, float]) -> list[dict[str, Any]]:
    """The changes that put the new records in the place of the found ones: Route 53 takes all of them or none.

    It deletes a record only if it is exactly as it is given here, so that nobody else's change is lost.
    """
    new = reset(found, after)
    named = {row["SetIdentifier"] for row in new}
    old = [dict(row) for row in found if row["SetIdentifier"] in named]
    return [
        {"Action": action, "ResourceRecordSet": row}
        for action, rows in (("DELETE", old), ("CREATE", new))
        for row in rows
    ]


def noted(clients: Clients, region: str, zone: str, name: str, kind: str) -> str:
    """The note of the latest move of these records; empty where there was none."""
    try:
        found = records(clients, region, zone, _note_name(name, kind), "TXT")
    except NotFound:
        return ""
    return str(found[0]["ResourceRecords"][0]["Value"]).strip('"')


def noting(name: str, kind: str, note: str) -> dict[str, Any]:
    """The change that leaves a note: a TXT record, for only what is in one batch is done together or not at all."""
    named = {"Name": _note_name(name, kind), "Type": "TXT", "TTL": _NOTE_SECONDS}
    return {"Action": "UPSERT", "ResourceRecordSet": {**named, "ResourceRecords": [{"Value": f'"{note}"'}]}}


def _note_name(name: str, kind: str) -> str:
    """Below the records' own name. A star means every name only where it comes first, so it is spelt out."""
    place, star = name.removeprefix("*."), "any-" if name.startswith("*.") else ""
    return f"_tollgate-{star}{kind.lower()}.{place}"


def health(clients: Clients, region: str, row: Record) -> Health:
    """What Route 53's own checkers report of a target; unknown without a health check."""
    if "HealthCheckId" not in row:
        return "unknown"
    said = clients.route53(region).get_health_check_status(HealthCheckId=row["HealthCheckId"])
    reports = [str(one["StatusReport"]["Status"]) for one in said["HealthCheckObservations"]]
    if not reports:
        return "unknown"
    well = sum(report.startswith("Success") for report in reports)
    return "healthy" if well > _HEALTHY_SHARE * len(reports) else "unhealthy"


def route_standing(clients: Clients, resource: Resource, tenant: str) -> tuple[Standing, str]:
    """How a route stands, and why. Raises NotFound where its zone is not `tenant`'s."""
    named, region = parts(resource), resource.region
    with translated(clients, region):
        if named is None:
            return "gone", "It does not exist."
        zone_tags(clients, region, named[0], tenant)
        try:
            found = records(clients, region, *named)
        except NotFound:
            return "gone", "It does not exist."
        states = {row["SetIdentifier"]: health(clients, region, row) for row in found if "SetIdentifier" in row}
        return standing(weights(found), states)
