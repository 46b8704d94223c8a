"""A process's settings come before what they are for, and a function starts with nothing that it has no use for."""

import subprocess
import sys

from tests.architecture.house import ROOT


def told(code: str) -> list[str]:
    """The words that a fresh process prints."""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_the_settings_of_a_start_come_before_pydantic() -> None:
    loaded = told("import sys, functions.binding; print(*sys.modules)")
    assert loaded.index("functions.start") < loaded.index("pydantic")


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
