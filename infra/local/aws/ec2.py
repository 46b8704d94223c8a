"""What EC2 does around a launch and moto does not: client tokens, quotas, capacity, and what may befall a machine."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from starlette.responses import Response

from infra.local.aws.call import Call
from infra.local.aws.quotas import VCPUS
from infra.local.aws.refusal import Refusal
from infra.local.aws.upstream import Emulators
from infra.local.faults import FaultBook

Launch = Callable[[], Awaitable[Response]]
_INSTANCE = re.compile(rb"<instanceId>(i-[0-9a-f]+)</instanceId>")


@dataclass
class Launched:
    """A launch by client token: what was asked, and the answer that a twin gets."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    asked: Mapping[str, str] | None = None
    answer: bytes = b""


class Launcher:
    """RunInstances, as EC2 does it, with moto as the machine room."""

    def __init__(self, emulators: Emulators, faults: FaultBook) -> None:
        self._emulators, self._faults = emulators, faults
        self._tokens: dict[tuple[str, str], Launched] = {}

    def clear(self) -> None:
        """Forget all client tokens."""
        self._tokens.clear()

    async def run(self, call: Call, launch: Launch) -> Response:
        """Launch once per client token. Raises Refusal as EC2 would."""
        token = call.parameters.get("ClientToken", "")
        if not token or call.parameters.get("DryRun") == "true":
            return await self._run(call, launch)
        launched = self._tokens.setdefault((call.region, token), Launched())
        async with launched.lock:
            if launched.asked is None:
                response = await self._run(call, launch)
                if response.status_code == 200:
                    launched.asked, launched.answer = call.parameters, bytes(response.body)
                return response
        if launched.asked != call.parameters:
            raise Refusal("IdempotentParameterMismatch", "The client token was used with other parameters.")
        mine = {name.decode() for name in _INSTANCE.findall(launched.answer)}
        machines = await self._emulators.machines(call.region)
        if any(machine.id in mine and machine.state == "terminated" for machine in machines):
            raise Refusal("IdempotentInstanceTerminated", "The instance of this client token has been terminated.")
        return Response(launched.answer, media_type="text/xml")

    async def _run(self, call: Call, launch: Launch) -> Response:
        spot = call.parameters.get("InstanceMarketOptions.MarketType") == "spot"
        await self._within_quota(call, spot=spot)
        if self._faults.take("no_capacity", region=call.region, operation=call.operation):
            raise Refusal(
                "InsufficientInstanceCapacity",
                f"There is no sufficient {call.parameters.get('InstanceType')} capacity in the zone you requested.",
                500,
            )
        response = await launch()
        if response.status_code == 200:
            await self._befall(call, _INSTANCE.findall(bytes(response.body)), spot=spot)
        return response

    async def _within_quota(self, call: Call, *, spot: bool) -> None:
        fault = self._faults.take("quota", region=call.region, operation=call.operation)
        limit = fault.limit if fault else VCPUS
        machine = call.parameters.get("InstanceType", "m1.small")
        needed = int(call.parameters.get("MinCount", 1)) * await self._emulators.vcpus(machine)
        used = 0
        for other in await self._emulators.machines(call.region):
            if (quota_class(other.type), other.spot) == (quota_class(machine), spot) and other.state == "running":
                used += await self._emulators.vcpus(other.type)
        if used + needed > limit and spot:
            raise Refusal("MaxSpotInstanceCountExceeded", "Max spot instance count exceeded")
        if used + needed > limit:
            raise Refusal(
                "VcpuLimitExceeded",
                f"You have requested more vCPU capacity than your current vCPU limit of {limit:g} allows for the "
                "instance bucket that the specified instance type belongs to.",
            )

    async def _befall(self, call: Call, instances: list[bytes], *, spot: bool) -> None:
        """Stop or take back what was just launched, behind the caller's back, where a fault says so."""
        named = {f"InstanceId.{n}": instance.decode() for n, instance in enumerate(instances, 1)}
        if self._faults.take("unhealthy", region=call.region, operation=call.operation):
            await self._emulators.ec2(call.region, "StopInstances", named)
        if spot and self._faults.take("spot_reclaimed", region=call.region, operation=call.operation):
            await self._emulators.ec2(call.region, "TerminateInstances", named)


def quota_class(machine: str) -> str:
    """Which machines share a vCPU quota: `p`, `g` (with gr and vt), `x` … or empty for the standard ones."""
    letters = re.match(r"[a-z]+", machine)
    name = letters[0] if letters else ""
    shared = {"gr": "g", "vt": "g"}
    return shared.get(name, name if name in ("u", "hpc", "inf", "trn", "dl", "g", "p", "f", "x") else "")
