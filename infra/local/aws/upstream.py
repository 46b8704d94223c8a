"""The two emulators behind the front: passing calls on to them, and asking moto about EC2 for the front itself."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode
from xml.etree import ElementTree

import httpx
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

_HOP = frozenset(("connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade", "proxy-connection"))
_NAMESPACE = re.compile(r' xmlns="[^"]+"')
Parameters = Mapping[str, str]


@dataclass(frozen=True)
class Machine:
    """What the front needs to know of an instance in moto."""

    id: str
    type: str
    spot: bool
    state: str


class Emulators:
    """ministack and moto, by their base URLs, over one connection pool."""

    def __init__(self, ministack: str, moto: str) -> None:
        self.ministack, self.moto = ministack, moto
        self._http = httpx.AsyncClient(timeout=120, trust_env=False, limits=httpx.Limits(max_connections=200))
        self._vcpus: dict[str, int] = {}

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def ready(self) -> bool:
        """True when both answer, moto's EC2 included."""
        try:
            alive = await self._http.get(f"{self.ministack}/_ministack/health")
            loaded = await self.ec2("us-east-1", "DescribeInstances", {})
        except (httpx.TransportError, ElementTree.ParseError):
            return False
        return alive.status_code == 200 and loaded.find("reservationSet") is not None

    async def reset(self) -> None:
        """Empty both."""
        resets = (f"{self.ministack}/_ministack/reset", f"{self.moto}/moto-api/reset")
        for answer in await asyncio.gather(*(self._http.post(url) for url in resets)):
            answer.raise_for_status()

    async def forward(self, base: str, request: Request, body: bytes | None) -> Response:
        """Pass `request` on as it came, and its answer back as it came. `body` None: stream it."""
        answer = await self._send(base, request, body)
        response = StreamingResponse(_drain(answer), answer.status_code)
        response.raw_headers = _end_to_end(answer.headers.raw)
        return response

    async def launch(self, request: Request, body: bytes | None) -> Response:
        """Pass an EC2 call on to moto; the whole answer at once."""
        return await self.whole(self.moto, request, body)

    async def whole(self, base: str, request: Request, body: bytes | None) -> Response:
        """Pass `request` on as it came; the whole answer at once."""
        answer = await self._send(base, request, body)
        return Response(await answer.aread(), answer.status_code, media_type=answer.headers.get("content-type"))

    async def look(self, base: str, request: Request) -> bytes:
        """What a GET of the same path answers."""
        answer = await self._http.get(f"{base}{request.url.path}", headers=_credentials(request))
        return answer.raise_for_status().content

    async def _send(self, base: str, request: Request, body: bytes | None) -> httpx.Response:
        target = request.scope["raw_path"] + (b"?" + request.scope["query_string"] if request.url.query else b"")
        url = httpx.URL(base).copy_with(raw_path=target)
        content = request.stream() if body is None else body
        # What is sent may not be what came, so its length is reckoned anew.
        headers = [one for one in _end_to_end(request.headers.raw) if body is None or one[0] != b"content-length"]
        return await self._http.send(
            self._http.build_request(request.method, url, headers=headers, content=content), stream=True
        )

    async def ec2(self, region: str, action: str, parameters: Parameters) -> ElementTree.Element:
        """Do one EC2 action in moto; the answer's XML without namespaces."""
        headers = {
            "authorization": f"AWS4-HMAC-SHA256 Credential=front/20260101/{region}/ec2/aws4_request, "
            "SignedHeaders=host, Signature=0",
            "content-type": "application/x-www-form-urlencoded; charset=utf-8",
        }
        form = {"Action": action, "Version": "2016-11-15", **parameters}
        answer = await self._http.post(f"{self.moto}/", headers=headers, content=urlencode(form))
        return ElementTree.fromstring(_NAMESPACE.sub("", answer.text, count=1))  # noqa: S314 (our own emulator's answer)

    async def machines(self, region: str) -> list[Machine]:
        """Every instance that moto knows in `region`."""
        found = await self.ec2(region, "DescribeInstances", {"MaxResults": "1000"})
        return [
            Machine(
                item.findtext("instanceId", ""),
                item.findtext("instanceType", ""),
                item.findtext("instanceLifecycle") == "spot",
                item.findtext("instanceState/name", ""),
            )
            for item in found.iterfind(".//instancesSet/item")
        ]

    async def vcpus(self, machine: str) -> int:
        """vCPUs of a machine type: as moto knows it, else reckoned from the size in its name."""
        if machine not in self._vcpus:
            found = await self.ec2("us-east-1", "DescribeInstanceTypes", {"InstanceType.1": machine})
            self._vcpus[machine] = int(found.findtext(".//defaultVCpus") or _by_size(machine))
        return self._vcpus[machine]


def _end_to_end(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    return [(name.lower(), value) for name, value in headers if name.decode().lower() not in _HOP]


def _credentials(request: Request) -> dict[str, str]:
    return {"authorization": request.headers.get("authorization", "")}


async def _drain(answer: httpx.Response) -> AsyncIterator[bytes]:
    try:
        async for part in answer.aiter_raw():
            yield part
    finally:
        await answer.aclose()


def _by_size(machine: str) -> int:
    match = re.search(r"\.(\d*)xlarge$", machine)
    return 4 * int(match[1] or 1) if match else 2
