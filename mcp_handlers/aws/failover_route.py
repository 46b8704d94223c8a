"""Move traffic between the weighted or failover records of one name in Route 53."""

from __future__ import annotations

from mcp_handlers.aws.client import Clients
from mcp_handlers.aws.errors import translated
from mcp_handlers.aws.labels import PREFIX
from mcp_handlers.aws.permissions import Allow
from mcp_handlers.aws.routes import health, records, reset, weights, zone_tags
from mcp_handlers.tools.failover_route import Input, Output, insist_healthy, moved, note, note_name, recalled

PERMISSIONS = (
    Allow(
        (
            "route53:ChangeResourceRecordSets",
            "route53:ChangeTagsForResource",
            "route53:ListResourceRecordSets",
            "route53:ListTagsForResource",
        ),
        ("arn:aws:route53:::hostedzone/{zone}",),
    ),
    Allow(("route53:GetHealthCheckStatus",), ("arn:aws:route53:::healthcheck/*",)),
)
_MOST = 255


def call(wanted: Input, clients: Clients, key: str) -> Output:
    """All records change in one batch. What was before is noted in the hosted zone's tags first, with the key."""
    region, zone = wanted.region, wanted.zone
    with translated(clients, region):
        # The weights are read before the note: without a note, nothing of this call had been done when they were read.
        zone_tags(clients, region, zone, wanted.tenant)
        found = records(clients, region, zone, wanted.name, wanted.type)
        tags = zone_tags(clients, region, zone, wanted.tenant)
        now = weights(found)
        kept = recalled(wanted, tags.get(PREFIX + note_name(wanted), ""), key)
        before = now if kept is None else {**now, **kept}
        after = moved(wanted, before, most=_MOST)
        target = next(row for row in found if row["SetIdentifier"] == wanted.to_target)
        state = health(clients, region, target)
    if kept is None or all(now[name] == before[name] for name in wanted.touched):
        insist_healthy(wanted, state)
        changes = [{"Action": "UPSERT", "ResourceRecordSet": row} for row in reset(found, after)]
        with translated(clients, region, writes=True):
            if kept is None:
                tag = {"Key": PREFIX + note_name(wanted), "Value": note(wanted, before, key)}
                clients.route53(region).change_tags_for_resource(
                    ResourceType="hostedzone", ResourceId=zone, AddTags=[tag]
                )
            if changes:
                clients.route53(region).change_resource_record_sets(
                    HostedZoneId=zone, ChangeBatch={"Comment": f"tollgate {key}", "Changes": changes}
                )
    return Output(resource=wanted.resource("aws"), before=before, after=after, health=state)
