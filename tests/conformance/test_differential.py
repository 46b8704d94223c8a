"""The lean kernel beside the official SDK: the same requests, right and broken, to the same tools behind both.

Where they differ, it is for a reason that stands in DIFFERENCES; anything else is a bug in one of the two.
"""

import json
import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import pytest

from mcp_handlers.kernel.endpoint import Endpoint
from mcp_handlers.kernel.wire import (
    HEADER_MISMATCH,
    INVALID_PARAMS,
    INVALID_REQUEST,
    LEGACY,
    META,
    METHOD_NOT_FOUND,
)
from tests.conformance.demo import MIRRORING, Demo
from tests.conformance.reference import reference, serving
from tests.conformance.requests import Asked, Draw

TOOLS = ("test_simple_text", "test_error_handling", "test_multiple_content_types", MIRRORING)
REQUESTS = 1000
"""For each seed."""


@dataclass(frozen=True)
class Answer:
    """What is compared: the HTTP status, a JSON-RPC error's code, and a result whole but for its `_meta`."""

    status: int
    code: int | None = None
    result: str | None = None


def answer(status: int, body: bytes) -> Answer:
    """From what came over HTTP."""
    if not body:
        return Answer(status)
    message = json.loads(body)
    if "error" in message:
        return Answer(status, message["error"]["code"])
    result = {name: value for name, value in message["result"].items() if name != "_meta"}
    return Answer(status, None, json.dumps(result, sort_keys=True))


def sent(asked: Asked) -> dict[str, Any]:
    """The message, or nothing where the body is none."""
    try:
        message = json.loads(asked.body)
    except ValueError:
        return {}
    return message if isinstance(message, dict) else {}


def named(asked: Asked) -> list[Any]:
    """Everything the request says of its client."""
    params = sent(asked).get("params")
    meta = params.get("_meta") if isinstance(params, dict) else None
    found = meta.get(META + "clientInfo") if isinstance(meta, dict) else None
    return [found, params.get("clientInfo") if isinstance(params, dict) else None]


def old(asked: Asked) -> bool:
    """Whether the request is of a revision before 2026-07-28."""
    return asked.headers.get("mcp-protocol-version") in (None, *LEGACY)


Judge = Callable[[Asked, Answer, Answer], bool]
DIFFERENCES: dict[str, Judge] = {
    "An id must be a string or a whole number; the SDK takes any other for none, and the request for a notification, "
    "so that its caller waits for an answer in vain.": lambda asked, ours, theirs: (
        ours == Answer(400, INVALID_REQUEST)
        and theirs.status == HTTPStatus.ACCEPTED
        and not isinstance(sent(asked).get("id", ""), str)
    ),
    "What is no JSON-RPC request at all is an invalid request in every revision; the SDK's transport of older "
    "revisions calls it invalid params.": lambda asked, ours, theirs: (
        old(asked) and ours == Answer(400, INVALID_REQUEST) and theirs == Answer(400, INVALID_PARAMS)
    ),
    "Params that are no object are invalid params; the SDK's newer transport calls that an invalid request.": (
        lambda asked, ours, theirs: (
            not isinstance(sent(asked).get("params", {}), dict)
            and ours == Answer(400, INVALID_PARAMS)
            and theirs == Answer(400, INVALID_REQUEST)
        )
    ),
    "A method that is not served is not found, whatever its params; the SDK looks at the params of a method that the "
    "protocol knows first.": lambda asked, ours, theirs: (
        ours.code == METHOD_NOT_FOUND and theirs.code == INVALID_PARAMS
    ),
    "_meta or capabilities that are no object are found before the method is looked up; in the SDK after it.": (
        lambda asked, ours, theirs: ours.code == INVALID_PARAMS and theirs.code == METHOD_NOT_FOUND
    ),
    "Who the client says it is means nothing here, so its shape is not looked at.": lambda asked, ours, theirs: (
        (ours.result is not None or ours.code == HEADER_MISMATCH)
        and theirs.code == INVALID_PARAMS
        and any(info is not None and (not isinstance(info, dict) or "name" not in info) for info in named(asked))
    ),
    "A mirrored header that differs from the body is refused in every revision: a gateway may have routed, and "
    "allowed, by the header. The SDK checks it from 2026-07-28 on only.": lambda asked, ours, theirs: (
        old(asked) and ours == Answer(400, HEADER_MISMATCH)
    ),
}


def reason(asked: Asked, ours: Answer, theirs: Answer) -> str:
    """The difference that explains these two answers, or nothing."""
    return next((why for why, explains in DIFFERENCES.items() if explains(asked, ours, theirs)), "")


@pytest.fixture
def quiet() -> None:
    """The SDK logs every broken message with its trace."""
    for name in ("mcp", "mcp.server"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize("seed", range(4))
async def test_the_kernel_answers_as_the_sdk_does_but_for_reasons(seed: int) -> None:
    draw, kernel = Draw(seed, TOOLS), Endpoint(Demo())
    unexplained: list[tuple[Asked, Answer, Answer]] = []
    used: Counter[str] = Counter()
    async with serving(reference(Demo())) as sdk:
        for _ in range(REQUESTS):
            asked = draw.request()
            told = await kernel.rpc(asked.headers, asked.body)
            other = await sdk.post("/mcp", headers=asked.headers, content=asked.body)
            ours, theirs = answer(told.status, told.body), answer(other.status_code, other.content)
            why = reason(asked, ours, theirs) if ours != theirs else "same"
            used[why] += 1
            if not why:
                unexplained.append((asked, ours, theirs))
    assert unexplained == []
    assert used["same"] > REQUESTS * 0.75
    assert set(DIFFERENCES) <= set(used), "A difference that no longer occurs does not belong on the list"


@pytest.mark.parametrize("seed", range(4))
async def test_an_answer_carries_the_id_that_was_asked_under(seed: int) -> None:
    draw, kernel = Draw(seed, TOOLS), Endpoint(Demo())
    for _ in range(REQUESTS):
        asked = draw.request()
        told = await kernel.rpc(asked.headers, asked.body)
        given = sent(asked).get("id")
        readable = given if isinstance(given, str | int) and not isinstance(given, bool) else None
        assert not told.body or json.loads(told.body)["id"] == readable
