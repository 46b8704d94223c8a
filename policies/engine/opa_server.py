"""The gate in an OPA server: asked over HTTP, believed only in the agreed shape and of the expected revision."""

from __future__ import annotations

import asyncio
import json
from asyncio import AbstractEventLoop
from collections.abc import Callable
from weakref import WeakKeyDictionary

import aiohttp
from opa_client.opa_async import AsyncOpaClient

from policies.engine import answer
from policies.engine.opa_connection import Address, connect
from policies.engine.said import asked
from workflow.model.base import Json, digest
from workflow.model.decision import Decision

ENTRYPOINT = ("gate", "decision")
FAULTS = ("checks", "faults")
DEADLINE = 1.5
"""Seconds for one decision in all, a second try included."""
TRIES = 2
"""A decision changes nothing, so it may be asked again: the server closes idle connections whenever it likes."""
AWAY = (429, 502, 503, 504)
"""What is said for OPA in its absence, or by an OPA that is not ready. A 500 is its word that a policy failed."""


class Away(Exception):
    """No OPA answers."""


class OtherRevision(Exception):
    """An OPA answers, over other policies than those expected."""


class OpaServer:
    """The Gate port over an OPA server. `expected` names the revision whose verdicts count.

    The server says in the same answer, out of the same transaction, which bundle it judged by (provenance). Whatever
    goes wrong is a denial: GATE_UNAVAILABLE where OPA is away, GATE_REVISION where it judges by other policies, and
    GATE_ERROR for the rest. One whose data fails the bundle's own checks denies everything, and says which.
    """

    def __init__(self, server: Address, expected: Callable[[], str], deadline: float = DEADLINE) -> None:
        self.address, self._expected, self._deadline = server, expected, deadline
        # A pool belongs to the loop that it was opened in.
        self._connections: WeakKeyDictionary[AbstractEventLoop, AsyncOpaClient] = WeakKeyDictionary()
        self._faults: dict[str, tuple[str, ...]] = {}

    @property
    def revision(self) -> str:
        """Digest of the bundle whose verdicts count."""
        return self._expected()

    async def decide(self, question: Json) -> Decision:
        """Judge one question within the deadline."""
        revision, input_digest = self.revision, ""
        try:
            input_digest = digest(question)
            async with asyncio.timeout(self._deadline):
                faults = await self._known_faults(revision)
                text = "" if faults else json.dumps(await self._result(ENTRYPOINT, asked(question), revision))
            if faults:
                return answer.at_fault(faults, revision, input_digest)
            return answer.decision(text, revision, input_digest)
        except (Away, TimeoutError) as error:
            reason = str(error) or f"no answer within {self._deadline:g} s"
            return answer.absence(f"OPA at {self.address} is away: {reason}.", revision, input_digest)
        except OtherRevision as error:
            return answer.absence(f"{error}.", revision, input_digest, code=answer.REVISION)
        except Exception as error:  # noqa: BLE001  whatever it is, it must deny
            return answer.denial(f"The gate could not decide ({type(error).__name__}).", revision, input_digest)

    async def health(self) -> bool:
        """Whether the server answers, has activated its bundles, and judges by the policies whose verdicts count."""
        try:
            async with asyncio.timeout(self._deadline):
                connection = await self._connection()
                ready = await connection.check_health({"bundles": True})
        except (TimeoutError, aiohttp.ClientError, OSError):
            return False
        return bool(ready) and not answer.absent(await self.decide({}))

    async def close(self) -> None:
        """Close the connections of this loop."""
        connection = self._connections.pop(asyncio.get_running_loop(), None)
        if connection is not None:
            await connection.close_connection()

    async def _known_faults(self, revision: str) -> tuple[str, ...]:
        # They follow from the bundle alone, so they are asked once for each revision.
        if revision not in self._faults:
            found = await self._result(FAULTS, {}, revision)
            if not isinstance(found, list):
                raise TypeError("the faults are no list")
            self._faults = {revision: tuple(map(str, found))}
        return self._faults[revision]

    async def _result(self, rule: tuple[str, str], question: Json, revision: str) -> object:
        body = await self._asked(rule, question)
        bundles = body["provenance"].get("bundles") or {}
        judged_by = sorted({each.get("revision", "") for each in bundles.values()})
        if judged_by != [revision]:
            named = ", ".join(each[:16] or "none" for each in judged_by) or "none"
            raise OtherRevision(f"OPA judges by policy revision {named}; {revision[:16]} is expected")
        # Without a result the rule is undefined. That is no answer, not an empty one.
        return body["result"]

    async def _asked(self, rule: tuple[str, str], question: Json) -> Json:
        connection = await self._connection()
        for left in reversed(range(TRIES)):
            try:
                found: Json = await connection.query_rule(question, *rule, query_params={"provenance": True})
                return found
            except aiohttp.ClientResponseError as error:
                if error.status not in AWAY:
                    raise
                raise Away(f"HTTP {error.status}") from error
            except (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError) as error:
                if not left:
                    raise Away(type(error).__name__) from error
        raise AssertionError("the last try raises")

    async def _connection(self) -> AsyncOpaClient:
        loop = asyncio.get_running_loop()
        if loop not in self._connections:
            self._connections[loop] = await connect(self.address, self._deadline)
        return self._connections[loop]
