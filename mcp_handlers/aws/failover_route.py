"""Move traffic between the weighted or failover records of one name in Route 53."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from mcp_handlers.aws.client import Clients
from mcp_handlers.aws.errors import translated
from mcp_handlers.aws.permissions import Allow
from mcp_handlers.aws.routes import Record, health, noted, noting, records, replaced, weights, zone_tags
from mcp_handlers.tools.failover_route import Input, Output, insist_healthy, moved, note, recalled
from workflow.model.errors import Throttled

PERMISSIONS = (
    Allow(
        (
            "route53:ChangeResourceRecordSets",
            "route53:ListResourceRecordSets",
            "route53:ListTagsForResource",
        ),
        ("arn:aws:route53:::hostedzone/{zone}",),
    ),
    Allow(("route53:GetHealthCheckStatus",), ("arn:aws:route53:::healthcheck/*",)),
)
_MOST = 255
_TRIES = 10
"""How often it is decided again when others change the same records meanwhile. Each time one of them gets through."""
_PAUSE_SECONDS = 0.2
"""What Route 53 may need to end a change that is under way."""
_FASTER = ("InvalidChangeBatch", "PriorRequestNotComplete")


def call(wanted: Input, clients: Clients, key: str) -> Output:
    """All records change in one batch, and only from what was read. What was before is noted, with the key, in the same
    batch: a note says that its move was done."""
    for _ in range(_TRIES):
        done = _moved(wanted, clients, key)
        if done is not None:
            return done
    raise Throttled(
        f"The records of {wanted.name} were changed by others all the while; this move was not done.",
        "Send it again when the others are done.",
    )


def _moved(wanted: Input, clients: Clients, key: str) -> Output | None:
    """The move, done now or earlier; None where another was faster."""
    region, zone = wanted.region, wanted.zone
    with translated(clients, region):
        zone_tags(clients, region, zone, wanted.tenant)
        # The weights are read before the note: without a note, nothing of this call had been done when they were read.
        found = records(clients, region, zone, wanted.name, wanted.type)
        now = weights(found)
        kept = recalled(wanted, noted(clients, region, zone, wanted.name, wanted.type), key)
        before = now if kept is None else {**now, **kept}
        after = moved(wanted, before, most=_MOST)
        target = next(row for row in found if row["SetIdentifier"] == wanted.to_target)
        state = health(clients, region, target)
    done = Output(resource=wanted.resource("aws"), before=before, after=after, health=state)
    if kept is not None:
        return done
    insist_healthy(wanted, state)
    changes = [*replaced(found, after), noting(wanted.name, wanted.type, note(wanted, before, key))]
    with translated(clients, region, writes=True):
        return done if _change(wanted, clients, found, changes, key) else None


def _change(wanted: Input, clients: Clients, found: Sequence[Record], changes: Sequence[Record], key: str) -> bool:
    """Make the changes if the records are still as they were found. False where they are not, or another is at it."""
    from botocore.exceptions import ClientError

    region, zone = wanted.region, wanted.zone
    batch: Any = {"Comment": f"tollgate {key}", "Changes": changes}
    try:
        clients.route53(region).change_resource_record_sets(HostedZoneId=zone, ChangeBatch=batch)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code not in _FASTER:
            raise
        if code == "PriorRequestNotComplete":
            time.sleep(_PAUSE_SECONDS)
        elif records(clients, region, zone, wanted.name, wanted.type) == found:
            # Nobody was faster: it is the change itself that Route 53 does not take.
            raise
        return False
    return True
