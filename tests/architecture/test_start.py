"""A process's settings come before what they are for, and a function starts with nothing that it has no use for."""

import re
import subprocess
import sys

import pytest

from tests.architecture.house import ROOT

BEGINS = re.compile(r"^@told\(|\bfunctions_framework\.|\bfunc\.(Blueprint|FunctionApp)\(|^def main\(", re.MULTILINE)
"""What a module has in which a process begins: a Lambda's handler, a Cloud Run function, an app's routes, a program."""
ENTRIES = sorted(
    ".".join(file.relative_to(ROOT).with_suffix("").parts)
    for file in (ROOT / "functions").rglob("*.py")
    if file.name == "__main__.py" or BEGINS.search(file.read_text())
)


def told(code: str) -> list[str]:
    """The words that a fresh process prints."""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_processes_begin_in_more_places_than_one_on_every_cloud_and_on_this_machine() -> None:
    rooms = ("api", "webhooks", "orchestrate", "reevaluate", "cleanup")
    deployed = {f"functions.{room}.{cloud}" for room in rooms for cloud in ("aws", "azure", "gcp")}
    own = {f"functions.{cloud}.{part}" for cloud in ("aws", "azure", "gcp") for part in ("catalog", "control")}
    tools = {"functions.aws.entry", "functions.azure.function_app", "functions.gcp.main"}
    assert deployed | own | tools | {"functions.serve.__main__", "functions.cli.main"} <= {*ENTRIES}


@pytest.mark.parametrize("entry", [*ENTRIES, "functions.binding"])
def test_the_settings_of_a_start_come_before_pydantic(entry: str) -> None:
    loaded = told(f"import sys, {entry}; print(*sys.modules)")
    assert "functions.start" in loaded[: loaded.index("pydantic") if "pydantic" in loaded else None]


def test_a_function_starts_without_the_nouns_of_a_run_and_without_what_finds_plugins() -> None:
    loaded = told("import sys, functions.binding; functions.binding.contract('submit_ml_job'); print(*sys.modules)")
    unneeded = {"workload", "run", "offer", "plan", "due", "approval", "ports"}
    assert {f"workflow.model.{name}" for name in unneeded} & {*loaded} == set()
    assert "importlib.metadata" not in loaded


def test_pydantic_works_without_plugins() -> None:
    code = "import functions.start, pydantic; print(pydantic.TypeAdapter(int).validate_json('3'))"
    assert told(code) == ["3"]


def test_the_collector_waits_for_a_start_to_be_over_and_leaves_what_it_left_behind_alone() -> None:
    code = (
        "import gc, functions.start; starting = gc.get_threshold()[0]; held = gc.get_freeze_count();"
        "gc.collect(); print(starting, held, gc.get_threshold()[0], gc.get_freeze_count() > 1000, len(gc.callbacks))"
    )
    assert told(code) == ["200000", "0", "20000", "True", "0"]
