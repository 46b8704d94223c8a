"""What EC2 holds to about volumes and moto does not: client tokens, one machine at a time, one zone, free devices."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from xml.etree.ElementTree import Element

from starlette.responses import Response

from infra.local.aws.call import Call
from infra.local.aws.refusal import Refusal
from infra.local.aws.upstream import Emulators

Pass = Callable[[], Awaitable[Response]]
OPERATIONS = ("CreateVolume", "AttachVolume")


class Volumes:
    """CreateVolume and AttachVolume, as EC2 does them, with moto as the store room."""

    def __init__(self, emulators: Emulators) -> None:
        self._emulators = emulators
        self._lock = asyncio.Lock()
        self._tokens: dict[tuple[str, str], tuple[Mapping[str, str], bytes]] = {}

    def clear(self) -> None:
        """Forget all client tokens."""
        self._tokens.clear()

    async def answer(self, call: Call, forward: Pass) -> Response:
        """Perform one of `OPERATIONS`. Raises Refusal as EC2 would."""
        async with self._lock:
            if call.operation == "CreateVolume":
                return await self._create(call, forward)
            await self._insist_attachable(call)
            return await forward()

    async def _create(self, call: Call, forward: Pass) -> Response:
        """Once per client token: a twin gets the first answer, even when that volume has been deleted since."""
        token = (call.region, call.parameters.get("ClientToken", ""))
        asked, answer = self._tokens.get(token, (None, b""))
        if asked is not None and asked != call.parameters:
            raise Refusal("IdempotentParameterMismatch", "The client token was used with other parameters.")
        if asked is not None:
            return Response(answer, media_type="text/xml")
        response = await forward()
        if response.status_code == 200 and token[1]:
            self._tokens[token] = (call.parameters, bytes(response.body))
        return response

    async def _insist_attachable(self, call: Call) -> None:
        """Nothing is said here of what does not exist: moto refuses that itself."""
        volume, instance = call.parameters.get("VolumeId", ""), call.parameters.get("InstanceId", "")
        disk = await self._one(call.region, "DescribeVolumes", "VolumeId.1", volume, ".//volumeSet/item")
        machine = await self._one(call.region, "DescribeInstances", "InstanceId.1", instance, ".//instancesSet/item")
        if disk is None or machine is None:
            return
        state = machine.findtext("instanceState/name")
        if state not in ("running", "stopped"):
            raise Refusal("IncorrectState", f"Instance '{instance}' is in the '{state}' state, not 'running'.")
        if disk.findtext("availabilityZone") != machine.findtext("placement/availabilityZone"):
            text = f"The volume '{volume}' is not in the same availability zone as instance '{instance}'"
            raise Refusal("InvalidVolume.ZoneMismatch", text)
        if disk.findtext("status") != "available":
            raise Refusal("VolumeInUse", f"{volume} is already attached to an instance")
        device = call.parameters.get("Device", "")
        if device in {item.text for item in machine.iterfind("blockDeviceMapping/item/deviceName")}:
            text = f"Invalid value '{device}' for unixDevice. Attachment point {device} is already in use"
            raise Refusal("InvalidParameterValue", text)

    async def _one(self, region: str, action: str, name: str, value: str, path: str) -> Element | None:
        return (await self._emulators.ec2(region, action, {name: value})).find(path)
