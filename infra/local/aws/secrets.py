"""What ministack's Secrets Manager lacks: a ClientRequestToken that was used keeps its version as it is."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable

from starlette.responses import Response

from infra.local.aws.call import Call
from infra.local.aws.refusal import Refusal


class Tokens:
    """The tokens that were used, by region and secret, with a digest of the value and the answer. Nothing is kept of
    the value itself."""

    def __init__(self) -> None:
        self._used: dict[tuple[str, str, str], tuple[str, bytes]] = {}
        self._turn = asyncio.Lock()

    def clear(self) -> None:
        """Forget them all."""
        self._used.clear()

    async def put(self, call: Call, forward: Callable[[], Awaitable[Response]]) -> Response:
        """Answer a PutSecretValue. Raises Refusal for a token that stands for another value."""
        named = (call.region, str(call.parameters.get("SecretId")), str(call.parameters.get("ClientRequestToken")))
        value = f"{call.parameters.get('SecretString')}/{call.parameters.get('SecretBinary')}"
        proof = hashlib.sha256(value.encode()).hexdigest()
        async with self._turn:
            if named in self._used:
                return _again(*self._used[named], proof)
            response = await forward()
            if response.status_code == 200:
                self._used[named] = proof, bytes(response.body)
            return response


def _again(kept: str, answer: bytes, proof: str) -> Response:
    if kept != proof:
        message = "You can't use ClientRequestToken because that value is already in use for a version of this secret."
        raise Refusal("ResourceExistsException", message)
    return Response(answer, media_type="application/x-amz-json-1.1")
