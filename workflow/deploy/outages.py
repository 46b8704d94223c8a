"""Clouds that are down, for every run: noticed, told of, probed now and then, and taken back when they stay up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from mcp_handlers.tools import get_cost_estimate, get_health
from workflow.deploy.context import Context
from workflow.deploy.failover import due, is_back
from workflow.deploy.state import Trouble, dump
from workflow.model.base import Json
from workflow.model.errors import CloudDown, TollgateError
from workflow.model.outage import Degraded
from workflow.model.ports import Event
from workflow.model.resource import Resource
from workflow.model.workload import Request

PROBE_SECONDS = 5.0
"""How long a probe may take: a cloud that is slower is not well."""
NO_BUCKET = "tollgate-probe"
"""A bucket that is not there. Whether it is, is a question that a cloud answers only if it works."""


async def notice(context: Context, request: Request, cloud: str, region: str, trouble: Trouble) -> None:
    """Mark the cloud as degraded for every run, and raise the alarm, if this trouble is that it is down."""
    if trouble.code != CloudDown.code:
        return
    outage = Degraded(cloud=cloud, region=region, reason=trouble.message, since=context.clock.now())
    event = context.journal.event(request, "alert.cloud_degraded", {"outage": dump(outage)})
    if await context.store.mark_degraded(outage, event):
        context.journal.observer(event)


async def degraded(context: Context, request: Request) -> list[Degraded]:
    """The clouds that are degraded now, after probing those whose time for it has come."""

    def told(kind: str, body: Json) -> Event:
        return context.journal.event(request, kind, body)

    return await Lookout(context, request.principal.tenant, told).now_degraded()


@dataclass(frozen=True)
class Lookout:
    """Probes for `tenant`. `told` makes an event of kind and body."""

    context: Context
    tenant: str
    told: Callable[[str, Json], Event]

    async def now_degraded(self) -> list[Degraded]:
        """As `degraded`."""
        now, standing = self.context.clock.now(), await self.context.store.list_degraded()
        probed = await asyncio.gather(*(self._probed(one, now) for one in standing))
        return [one for one in probed if one is not None]

    async def _probed(self, outage: Degraded, now: datetime) -> Degraded | None:
        """The outage as it stands now; None where it is over."""
        if not due(outage, now, self.context.failover):
            return outage
        answered = await self._answers(outage)
        after = await self.context.store.note_probe(outage.cloud, now, answered=answered)
        if after is None or not is_back(after, self.context.failover):
            return after
        event = self.told("alert.cloud_restored", {"outage": dump(after)})
        if await self.context.store.mark_restored(outage.cloud, event):
            self.context.journal.observer(event)
        return None

    async def _answers(self, outage: Degraded) -> bool:
        """Whether the cloud answers a read in good time, whatever it answers."""
        tool, wanted = "get_cost_estimate", dump(get_cost_estimate.Input(limit=1))
        if outage.region:
            bucket = Resource(cloud=outage.cloud, kind="bucket", id=NO_BUCKET, region=outage.region)
            tool, wanted = "get_health", dump(get_health.Input(resource=bucket, tenant=self.tenant))
        try:
            async with asyncio.timeout(PROBE_SECONDS):
                await self.context.tools.call(tool, outage.cloud, wanted)
        except TimeoutError:
            return False
        except TollgateError as error:
            return not error.retryable
        return True
