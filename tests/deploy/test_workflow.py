"""The users' CI is a workflow by GitHub's own schema, and keeps to our rules; each of them bites. And the bill of
materials that it signs is one."""

import copy
import json
import re
import subprocess
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
SCHEMA = json.loads(files("check_jsonschema.builtin_schemas.vendor").joinpath("github-workflows.json").read_text())
Rule = Callable[[dict[str, Any]], Iterator[str]]


def read(path: Path) -> dict[str, Any]:
    """A workflow; YAML takes its `on` for a yes."""
    found = yaml.safe_load(path.read_text())
    return {("on" if key is True else key): value for key, value in found.items()}


CI = read(ROOT / ".github" / "workflows" / "ci.yml")


def steps(workflow: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every step with its job's name."""
    for name, job in workflow["jobs"].items():
        for step in job["steps"]:
            yield name, step


def may_do_little(workflow: dict[str, Any]) -> Iterator[str]:
    """The workflow may read; a job that writes says what, and only a release does."""
    if workflow.get("permissions") != {"contents": "read"}:
        yield "workflow"
    for name, job in workflow["jobs"].items():
        granted = job.get("permissions", {})
        released = str(job.get("if", "")).startswith("startsWith(github.ref, 'refs/tags/")
        sweeping = not isinstance(granted, dict) or granted.get("contents", "read") != "read"
        if sweeping or (not released and "write" in granted.values()):
            yield name


def says_make(workflow: dict[str, Any]) -> Iterator[str]:
    """Whatever runs is a target of the Makefile, so that people can run the same."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
    for name, step in steps(workflow):
        if "run" in step and not (
            re.fullmatch(r"make( [a-z-]+)+", step["run"]) and set(step["run"].split()[1:]) <= targets
        ):
            yield name


def pins_its_actions(workflow: dict[str, Any]) -> Iterator[str]:
    """By commit, or by major version, and from GitHub's own hand."""
    for name, step in steps(workflow):
        if "uses" in step and not re.fullmatch(r"actions/[\w-]+@(v\d+|[0-9a-f]{40})", step["uses"]):
            yield name


def keeps_no_secret(workflow: dict[str, Any]) -> Iterator[str]:
    """No secret is asked for, nothing of a request is put into a shell, and no checkout leaves its token behind."""
    for name, step in steps(workflow):
        said = json.dumps(step)
        left = str(step.get("uses", "")).startswith("actions/checkout") and (
            step.get("with", {}).get("persist-credentials") is not False
        )
        if "secrets." in said or "${{" in step.get("run", "") or left:
            yield name
    if "pull_request_target" in workflow["on"]:
        yield "workflow"


def ends(workflow: dict[str, Any]) -> Iterator[str]:
    """Every job has a limit."""
    yield from (name for name, job in workflow["jobs"].items() if not 0 < job.get("timeout-minutes", 0) <= 60)


RULES: tuple[Rule, ...] = (may_do_little, says_make, pins_its_actions, keeps_no_secret, ends)
SPOILT: list[tuple[Rule, str, dict[str, Any]]] = [
    (may_do_little, "lint", {"permissions": {"contents": "write"}}),
    (may_do_little, "lint", {"permissions": "write-all"}),
    (may_do_little, "lint", {"permissions": {"id-token": "write"}}),
    (says_make, "lint", {"steps": [{"run": "pip install tollgate"}]}),
    (says_make, "lint", {"steps": [{"run": "make nothing"}]}),
    (pins_its_actions, "lint", {"steps": [{"uses": "actions/checkout@main"}]}),
    (pins_its_actions, "lint", {"steps": [{"uses": "somebody/action@v1"}]}),
    (keeps_no_secret, "lint", {"steps": [{"run": "make lint", "env": {"A": "${{ secrets.A }}"}}]}),
    (keeps_no_secret, "lint", {"steps": [{"run": "echo ${{ github.head_ref }}"}]}),
    (keeps_no_secret, "lint", {"steps": [{"uses": "actions/checkout@v5"}]}),
    (ends, "lint", {"timeout-minutes": 600}),
]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_it_is_a_workflow_by_githubs_own_schema(path: Path) -> None:
    jsonschema.validate(read(path), SCHEMA)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**read(path), "jobs": {"a": {"runs": "x"}}}, SCHEMA)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_it_keeps_to_the_rule(rule: Rule, path: Path) -> None:
    assert list(rule(read(path))) == []


@pytest.mark.parametrize(("rule", "job", "change"), SPOILT)
def test_the_rule_bites(rule: Rule, job: str, change: dict[str, Any]) -> None:
    spoilt = copy.deepcopy(CI)
    spoilt["jobs"][job] |= change
    assert list(rule(spoilt)) == [job]


def test_it_lints_tests_judges_the_policies_packages_and_signs() -> None:
    said = [step.get("run") or step["uses"].split("@")[0] for _, step in steps(CI)]
    assert {"make lint", "make policies", "make conformance", "make test", "make package sbom"} <= set(said)
    assert (
        said.index("make package sbom")
        < said.index("actions/attest-build-provenance")
        < said.index("actions/attest-sbom")
    )
    assert set(CI["jobs"]["release"]["needs"]) == CI["jobs"].keys() - {"release"}


def test_what_is_packed_for_each_cloud_is_signed_and_kept() -> None:
    packed = {f".tollgate/{folder}/*.zip" for folder in ("lambda", "azure", "gcp")}
    said = {
        step["uses"].split("@")[0]: step.get("with", {})
        for name, step in steps(CI)
        if name == "release" and "uses" in step
    }
    for action, where in (("attest-build-provenance", "subject-path"), ("attest-sbom", "subject-path")):
        assert set(said[f"actions/{action}"][where].split()) == packed
    assert set(said["actions/upload-artifact"]["path"].split()) == {*packed, ".tollgate/sbom.cdx.json"}


def test_every_target_that_it_calls_can_be_made() -> None:
    for _, step in steps(CI):
        if "run" in step:
            done = subprocess.run(["make", "-n", *step["run"].split()[1:]], cwd=ROOT, capture_output=True, text=True)
            assert done.returncode == 0, done.stderr


def test_the_bill_of_materials_names_everything_that_runs_with_its_digest(tmp_path: Path) -> None:
    (recipe,) = re.findall(r"^sbom:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(), re.M)
    command = recipe.replace("\\\n", " ").splitlines()[1].split()
    command[0] = str(ROOT / ".venv" / "bin" / "cyclonedx-py")
    command[-1] = str(tmp_path / "sbom.json")
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=120)
    told = json.loads((tmp_path / "sbom.json").read_text())
    pinned = re.findall(r"^([a-z0-9._-]+)==([^ ;]+)", (ROOT / "requirements" / "run.txt").read_text(), re.M)
    assert (told["bomFormat"], told["specVersion"], told["metadata"]["component"]["name"]) == (
        "CycloneDX",
        "1.6",
        "tollgate",
    )
    assert {(one["name"], one["version"]) for one in told["components"]} == set(pinned)
    assert all(one.get("externalReferences") or one.get("hashes") for one in told["components"])
