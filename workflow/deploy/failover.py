"""Where to go on when a place lets a run down, when a cloud is taken back, and when spot is given up. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from itertools import chain
from pathlib import Path

from pydantic import Field

from workflow.deploy.brief import Brief, tools_for
from workflow.deploy.state import Trouble
from workflow.model.base import Noun, Purchase
from workflow.model.decision import Violation
from workflow.model.errors import NoCapacity, SpotLost
from workflow.model.offer import Exclusion, Offer
from workflow.model.outage import Degraded
from workflow.model.resource import Health
from workflow.model.switch import Off

FILE = Path(__file__).with_name("failover.json")


class Terms(Noun):
    """What an operator sets in `failover.json`.

    A degraded cloud is probed every `probe_seconds`, and taken back after `good_probes` answers in a row over at least
    `good_minutes`. After `region_refusals` refused capacities in a region it is left, and after `cloud_regions` such
    regions the cloud. A run that lost spot machines on a cloud `spot_losses` times within `spot_hours` takes no spot
    there any more. What a cloud is still making after `operation_minutes` is given up; what is made for finite work
    expires an hour after its time, which leaves room for it.
    """

    probe_seconds: float = Field(gt=0)
    good_probes: int = Field(ge=1)
    good_minutes: float = Field(ge=0)
    region_refusals: int = Field(ge=1)
    cloud_regions: int = Field(ge=1)
    spot_losses: int = Field(ge=1)
    spot_hours: float = Field(gt=0)
    operation_minutes: float = Field(default=60, gt=0)


@cache
def terms() -> Terms:
    """What is set. Raises ValidationError for anything that is not Terms."""
    return Terms.model_validate_json(FILE.read_bytes())


class Loss(Noun):
    """Spot machines that a cloud took back from this run."""

    cloud: str
    at: datetime


def due(outage: Degraded, now: datetime, told: Terms) -> bool:
    """Whether it is time to probe the cloud."""
    return now - (outage.probed_at or outage.since) >= timedelta(seconds=told.probe_seconds)


def is_back(outage: Degraded, told: Terms) -> bool:
    """Whether the cloud has answered for long enough to be trusted again: one good answer is not enough."""
    if outage.good_since is None or outage.probed_at is None or outage.good < told.good_probes:
        return False
    return outage.probed_at - outage.good_since >= timedelta(minutes=told.good_minutes)


def skipped(outage: Degraded) -> Exclusion:
    """The whole cloud, as a run leaves it out."""
    return Exclusion(cloud=outage.cloud, reason=f"DEGRADED since {outage.since:%Y-%m-%d %H:%M} UTC: {outage.reason}")


def switched_off(off: Off, brief: Brief, clouds: Sequence[str]) -> list[Exclusion]:
    """What a run leaves out because an operator has switched it off: clouds, and ways to buy that need a tool that is
    off."""
    found = []
    for cloud in clouds:
        against = {way: stands_against(off, brief, cloud, way) for way in _ways(brief)}
        whole = all(against.values())
        for way, stands in against.items():
            if stands:
                purchase, reason = "" if whole else way, f"{stands[0].code}: {stands[0].message}"
                found.append(Exclusion(cloud=cloud, purchase=purchase, reason=reason))
    return list(dict.fromkeys(found))


def wholly_off(off: Off, brief: Brief, clouds: Sequence[str]) -> list[Violation]:
    """Why none of these clouds may be asked, if an operator has switched all of it off; else nothing."""
    stands = [stands_against(off, brief, cloud, way) for cloud in clouds for way in _ways(brief)]
    return list(dict.fromkeys(chain.from_iterable(stands))) if all(stands) else []


def stands_against(off: Off, brief: Brief, cloud: str, way: Purchase) -> list[Violation]:
    """What is switched off of that which this work needs, bought this way on this cloud."""
    needed = [off.against(tool, cloud) for tool in tools_for(brief, way)]
    return [found for found in needed if found is not None]


def _ways(brief: Brief) -> tuple[Purchase, ...]:
    return ("on_demand", "spot") if brief.purchase == "any" else (brief.purchase,)


def lost_spot(offer: Offer, ill: Sequence[Health]) -> bool:
    """Whether the cloud took the offer's spot machines back. Some clouds delete a machine that they take back."""
    taken = [
        one for one in ill if one.status == "reclaimed" or (one.status == "gone" and one.resource.kind == "instance")
    ]
    return offer.purchase == "spot" and bool(taken)


def gives_up_spot(losses: Sequence[Loss], cloud: str, now: datetime, told: Terms) -> bool:
    """Whether this cloud took so much back lately that the work is better paid in full."""
    since = now - timedelta(hours=told.spot_hours)
    return sum(loss.cloud == cloud and loss.at > since for loss in losses) >= told.spot_losses


def exclude(
    offer: Offer, trouble: Trouble, before: Sequence[Exclusion], told: Terms, *, regions: int = 0, clouds: int = 0
) -> Exclusion | None:
    """The place that the trouble speaks of, or the region or cloud around it if that has refused often enough.

    None where another place would not help. `regions` and `clouds` are how many the request names (0: any): its only
    region or cloud is never left, as nothing would be.
    """
    reason = f"{trouble.code}: {trouble.message}"
    whole = Exclusion(cloud=offer.cloud, reason=reason)
    region = Exclusion(cloud=offer.cloud, region=offer.region, reason=reason)
    match trouble.scope:
        case "cloud":
            return whole
        case "region":
            return whole if clouds != 1 and _regions_left(region, before) >= told.cloud_regions else region
        case "offer":
            spot = Exclusion(
                cloud=offer.cloud,
                region=offer.region,
                zone=offer.zone,
                machine=offer.machine,
                purchase=offer.purchase,
                reason=reason,
            )
            if trouble.code != NoCapacity.code or regions == 1 or _refused(spot, before) < told.region_refusals:
                return spot
            return whole if clouds != 1 and _regions_left(region, before) >= told.cloud_regions else region
    return None


def without_spot(offer: Offer, losses: int) -> Exclusion:
    """All spot of the offer's cloud."""
    return Exclusion(cloud=offer.cloud, purchase="spot", reason=f"{SpotLost.code}: taken back {losses} times")


def _refused(this: Exclusion, before: Sequence[Exclusion]) -> int:
    """Capacity that this region refused, this time included."""
    mine = [e for e in before if (e.cloud, e.region) == (this.cloud, this.region) and e.machine]
    return 1 + sum(e.reason.startswith(NoCapacity.code) for e in mine)


def _regions_left(this: Exclusion, before: Sequence[Exclusion]) -> int:
    """Regions of this cloud that were left, this one included."""
    return len({this.region, *(e.region for e in before if e.cloud == this.cloud and e.region and not e.machine)})
