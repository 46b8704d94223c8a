"""The lean kernel beside the official SDK: the same requests, right and broken, to the same tools behind both.

Where they differ, it is for a reason that stands in DIFFERENCES; anything else is a bug in one of the two.
"""

import json
import logging
from collections import Counter

import pytest

from mcp_handlers.kernel.endpoint import Endpoint
from tests.conformance.demo import MIRRORING, Demo
from tests.conformance.differences import DIFFERENCES, Answer, answer, reason, sent
from tests.conformance.reference import reference, serving
from tests.conformance.requests import STRANGE, Asked, Draw

TOOLS = ("test_simple_text", "test_error_handling", "test_multiple_content_types", MIRRORING)
UNREAD = {name for name, (headers, _) in STRANGE.items() if not headers}
"""Strange bodies, that are refused as a whole."""
REQUESTS = 1000
"""For each seed."""


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
async def test_an_answer_carries_the_id_that_was_asked_under_if_the_body_could_be_read(seed: int) -> None:
    draw, kernel = Draw(seed, TOOLS), Endpoint(Demo())
    for _ in range(REQUESTS):
        asked = draw.request()
        told = await kernel.rpc(asked.headers, asked.body)
        given = None if asked.strange in UNREAD else sent(asked).get("id")
        readable = given if isinstance(given, str | int) and not isinstance(given, bool) else None
        assert not told.body or json.loads(told.body)["id"] == readable
