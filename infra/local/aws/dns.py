"""What moto's Route 53 lacks: a health check that fails, and a batch that changes only what is still as it says."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from starlette.responses import Response

from infra.local.aws.call import Call
from infra.local.aws.refusal import Refusal
from infra.local.faults import FaultBook

_SICK = """<?xml version="1.0" encoding="UTF-8"?>
<GetHealthCheckStatusResponse xmlns="https://route53.amazonaws.com/doc/2013-04-01/"><HealthCheckObservations>
<HealthCheckObservation><Region>us-east-1</Region><IPAddress>127.0.13.37</IPAddress><StatusReport>
<Status>Failure: Connection timed out.</Status><CheckedTime>{now}</CheckedTime>
</StatusReport></HealthCheckObservation></HealthCheckObservations></GetHealthCheckStatusResponse>"""


def is_sick(call: Call, faults: FaultBook) -> bool:
    """True where this asks for the state of a health check that a fault makes fail."""
    if call.service != "route53" or not call.operation.endswith("/status"):
        return False
    return faults.take("unhealthy", region=call.region, operation=call.operation) is not None


def sick() -> Response:
    """The state of a health check whose checkers get no answer."""
    return Response(_SICK.format(now=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")), media_type="text/xml")


_NAMED = ("Name", "Type", "SetIdentifier")
_CHANGES = re.compile(r"POST /2013-04-01/hostedzone/[^/]+/rrset/?")
_SPACE = re.compile(r"\{.*\}")
Listed = Callable[[], Awaitable[bytes]]
Sent = Callable[[bytes], Awaitable[Response]]


def changes(call: Call) -> bool:
    """True for a batch of changes of records."""
    return call.service == "route53" and _CHANGES.fullmatch(call.operation) is not None


class Batches:
    """Batches one after the other. moto deletes by the set identifier alone, and whatever was true of a record once."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()

    async def answer(self, body: bytes, listed: Listed, sent: Sent) -> Response:
        """Perform one. `listed` reads the zone's records, `sent` passes a batch on. Raises Refusal as Route 53 does."""
        async with self._turn:
            batch = ElementTree.fromstring(body)  # noqa: S314 (a test's own call)
            there = {_named(one): _said(one) for one in _sets(ElementTree.fromstring(await listed()))}  # noqa: S314
            deleted = [one for one in _sets(batch) if _action(batch, one) == "DELETE"]
            for one in deleted:
                if there.get(_named(one)) != _said(one):
                    raise _outdated(one)
            _replace(batch, deleted)
            return await sent(ElementTree.tostring(batch))


def _replace(batch: Element, deleted: Iterable[Element]) -> None:
    """A record that is deleted and made again is put in the place of the old one."""
    gone = {_named(one) for one in deleted}
    made = {_named(one) for one in _sets(batch) if _action(batch, one) == "CREATE"}
    for changes in [one for one in batch.iter() if _tag(one) == "Changes"]:
        for change in list(changes):
            action, one = (
                next(part for part in change if _tag(part) == name) for name in ("Action", "ResourceRecordSet")
            )
            if _named(one) in gone & made:
                if action.text == "DELETE":
                    changes.remove(change)
                action.text = "UPSERT"


def _sets(tree: Element) -> list[Element]:
    return [one for one in tree.iter() if _tag(one) == "ResourceRecordSet"]


def _action(batch: Element, record: Element) -> str:
    change = next(one for one in batch.iter() if record in list(one))
    return next(part.text or "" for part in change if _tag(part) == "Action")


def _tag(element: Element) -> str:
    return _SPACE.sub("", element.tag)


def _named(record: Element) -> tuple[str, ...]:
    said = {_tag(part): (part.text or "").rstrip(".") for part in record}
    return tuple(said.get(name, "") for name in _NAMED)


def _said(record: Element) -> list[tuple[str, str]]:
    """All that is said of a record, in no order of its own."""
    return sorted((_tag(part), (part.text or "").strip().rstrip(".")) for part in record.iter())


def _outdated(record: Element) -> Refusal:
    name, kind, identifier = _named(record)
    text = f"Tried to delete resource record set [name='{name}.', type='{kind}', set identifier='{identifier}'] "
    return Refusal("InvalidChangeBatch", f"[{text}but the values provided do not match the current values]")
