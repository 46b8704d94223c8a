"""What the page on MCP clients gives to copy can be copied: it parses, and it names addresses that are there."""

import json
import re
from pathlib import Path

from functions.cli.serve import addresses
from functions.runs_mcp.contracts import TOOLS
from functions.serve.settings import settings

PAGE = (Path(__file__).parents[2] / "docs" / "mcp-clients.md").read_text()


def test_every_configuration_is_json_and_every_address_is_served() -> None:
    blocks = [json.loads(text) for text in re.findall(r"```json\n(.*?)```", PAGE, re.S)]
    assert len(blocks) == 3
    served = addresses(settings({}))
    named = set(re.findall(r"http://127\.0\.0\.1:8000(/[a-z/]+)", PAGE))
    assert named == {served[name].removeprefix("http://127.0.0.1:8000") for name in ("mcp_runs", "mcp_tools")}


def test_every_tool_is_told_of() -> None:
    assert set(re.findall(r"^\| `([a-z_]+)` \|", PAGE, re.M)) == set(TOOLS)
