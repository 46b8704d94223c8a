"""Derived data agrees with its sources, and the tool table with the tools' contracts."""

from __future__ import annotations

import csv
import gzip
import importlib
import json
import re
from pathlib import Path
from typing import get_args

import pytest

from mcp_handlers.tools.contract import Placed, Tags, Tool
from policies.checks.generated import PAGE, REGIONS, SCHEMA, jurisdictions, page, violations
from policies.checks.tunables import Tunables, tunables_schema
from policies.engine.bundle import PACKAGED
from workflow.model.base import Json

TOOLS = sorted(
    path.stem
    for path in (PACKAGED.parent / "mcp_handlers" / "tools").glob("*.py")
    if path.stem not in {"__init__", "contract"}
)


def _data(name: str) -> Json:
    content: Json = json.loads((PACKAGED / "data" / name / "data.json").read_text(encoding="utf-8"))
    return content


def _contract(name: str) -> Tool:
    tool: Tool = importlib.import_module(f"mcp_handlers.tools.{name}").TOOL
    return tool


def test_jurisdictions_are_those_of_the_region_list() -> None:
    assert _data("jurisdictions") == jurisdictions()


def test_violations_are_those_of_the_metadata() -> None:
    assert _data("violations") == violations()


def test_the_page_is_that_of_the_metadata() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m policies.checks.generated"


def test_the_page_has_every_code() -> None:
    listed = re.findall(r"^\| `(\w+)`", page(), re.MULTILINE)
    assert sorted(listed) == sorted(violations())


def test_the_schema_of_what_an_operator_edits_is_that_of_the_shapes() -> None:
    assert json.loads(SCHEMA.read_text(encoding="utf-8")) == tunables_schema()


def test_what_an_operator_edits_has_its_shape() -> None:
    given = {name: _data(name) for name in Tunables.model_fields}
    assert Tunables.model_validate_json(json.dumps(given), strict=True).model_dump(mode="json") == given


def test_every_code_that_a_rule_gives_is_described() -> None:
    given = {
        code
        for path in PACKAGED.glob("**/*.rego")
        for code in re.findall(r'lib\.violation\("(\w+)"', path.read_text(encoding="utf-8"))
    }
    assert given == violations().keys()


def test_two_rules_cannot_claim_one_code(tmp_path: Path) -> None:
    block = "# METADATA\n# title: T\n# custom:\n#   code: TWICE\n#   severity: low\n#   remedy: R\n"
    (tmp_path / "a.rego").write_text(block + "a := 1\n" + block + "b := 1\n")
    with pytest.raises(ValueError, match="TWICE"):
        violations(tmp_path)


def test_a_code_without_a_remedy_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.rego").write_text("# METADATA\n# title: T\n# custom:\n#   code: BARE\na := 1\n")
    with pytest.raises(ValueError, match="BARE"):
        violations(tmp_path)


def test_the_gate_knows_exactly_the_tools_there_are() -> None:
    assert sorted(_data("tools")) == TOOLS


@pytest.mark.parametrize("name", TOOLS)
def test_the_gate_knows_each_tool_for_what_it_is(name: str) -> None:
    tool = _contract(name)
    fields = tool.input.model_fields
    owner = "tags" if "tags" in fields else "tenant" if "tenant" in fields else "none"
    assert _data("tools")[name] == {
        "risk": tool.risk,
        "creates": issubclass(tool.input, Placed),
        "machines": tool.risk == "write" and "machine" in fields,
        "owner": owner,
    }


def test_a_tool_that_buys_on_spot_alone_is_held_to_the_cap() -> None:
    assert _data("spot")["tools"] == [
        name for name in TOOLS if "max_price_micros_hour" in _contract(name).input.model_fields
    ]


def test_the_gate_knows_the_environments_that_tags_can_name() -> None:
    checks = (PACKAGED / "checks" / "data.rego").read_text(encoding="utf-8")
    known = re.search(r"^environments := \{(.*)\}$", checks, re.MULTILINE)
    assert known is not None
    named = get_args(Tags.model_fields["environment"].annotation)
    assert set(re.findall(r"\w+", known[1])) == {*named, "unstated"}


def test_every_gpu_on_sale_has_a_tier() -> None:
    families = _data("families")
    sold: set[str] = set()
    for cloud in families["allow"]:
        with gzip.open(REGIONS.parent / f"{cloud}.csv.gz", "rt", encoding="utf-8") as file:
            sold |= {row["gpu"] for row in csv.DictReader(file)}
    # Habana's HL-205 is an accelerator of another kind.
    assert sold - {"", "HL-205"} <= families["gpus"].keys()
