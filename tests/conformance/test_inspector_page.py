"""What the page on MCP clients says to type for the Inspector, typed: it lists and calls the tools of runs."""

import json
import re
import shlex
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from functions.cli.principal import local_principal
from functions.http import HttpPost
from functions.runs_mcp.contracts import TOOLS
from functions.serve.asgi import app
from functions.serve.plane import control
from functions.serve.runs_mcp import RUNS, runs_endpoint
from functions.serve.settings import Settings
from mcp_handlers.kernel.clock import SystemClock
from tests.conformance.suite import INSPECTOR, ROOT, Said, installed, node
from tests.fakes.listening import listening
from workflow.control.signing import local_signer
from workflow.store.store import open_store

pytestmark = [installed, pytest.mark.timeout(300)]
PAGE = ROOT / "docs" / "mcp-clients.md"


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[tuple[str, str]]:
    """Where the control plane is, and a token for it."""
    told, post = Settings(tmp_path, 0), HttpPost()
    async with open_store(told.database) as store:
        endpoint = runs_endpoint(told, store, control(told, store, post))
        async with listening(lambda _: app({RUNS: endpoint}, "control")) as url:
            yield url, local_signer(told.keys, SystemClock()).token(local_principal(), "control")
    await post.close()


async def typed(url: str, token: str, method: str = "tools/list", *more: str) -> Said:
    """The page's command, with this address, token and method in it; npx only fetches what is installed here."""
    (command,) = re.findall(r"```sh\n(npx @modelcontextprotocol/inspector .*?)```", PAGE.read_text(), re.S)
    words = shlex.split(command.replace("\\\n", " ").replace("http://127.0.0.1:8000", url))
    given = [word.replace("$(tollgate token)", token).replace("tools/list", method) for word in words[2:]]
    assert [word for word in given if "$(" in word] == []
    return await node(INSPECTOR, *given, *more)


async def test_the_inspector_lists_what_an_agent_can_do(served: tuple[str, str]) -> None:
    url, token = served
    said = await typed(url, token)
    assert said.status == 0, said.text
    listed = json.loads(said.text[said.text.index("{") :])["tools"]
    assert {tool["name"] for tool in listed} == set(TOOLS)


@pytest.mark.parametrize("good", [True, False], ids=["a good token", "another"])
async def test_it_calls_for_who_has_a_good_token_only(served: tuple[str, str], good: bool) -> None:
    url, token = served
    said = await typed(url, token if good else "x.y.z", "tools/call", "--tool-name", "list_runs")
    assert (said.status == 0, '"runs": []' in said.text) == (good, good), said.text
