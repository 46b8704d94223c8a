"""What the pages say to type works, and what they point to is there."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.flows.conftest import told

__all__ = ["told"]
ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
PAGES += sorted(
    p
    for room in ("workflow", "mcp_handlers", "policies", "functions", "infra")
    for p in (ROOT / room).rglob("README.md")
    if "node_modules" not in p.parts
)
FENCE = re.compile(r"```console\n(.*?)```", re.S)


def commands(page: Path) -> list[str]:
    """Every `$ …` line of a page."""
    blocks = FENCE.findall(page.read_text())
    return [line[2:] for block in blocks for line in block.splitlines() if line.startswith("$ ")]


README = commands(ROOT / "README.md")
PAGES_THAT_RUN = [
    *README,
    *(line for page in ("identity", "mcp-clients") for line in commands(ROOT / "docs" / f"{page}.md")),
]


@pytest.mark.parametrize("command", [c for c in PAGES_THAT_RUN if c.startswith("tollgate ")])
@pytest.mark.usefixtures("told")
def test_a_command_of_the_pages_does_what_it_says(command: str) -> None:
    expected = int(found[1]) if (found := re.search(r"# exit (\d+)", command)) else 0
    words = shlex.split(command, comments=True)
    done = subprocess.run(
        [sys.executable, "-m", "functions.cli.main", *words[1:]],
        cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert (done.returncode, "Traceback" in done.stderr) == (expected, False), done.stdout + done.stderr


@pytest.mark.parametrize("command", [c for c in README if c.startswith("make ")])
def test_a_target_of_the_readme_exists(command: str) -> None:
    done = subprocess.run(
        ["make", "-n", *shlex.split(command)[1:]], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_make_run_ends_by_saying_how_it_all_is_served() -> None:
    done = subprocess.run(
        ["make", "--no-print-directory", "-n", "run"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "tollgate serve starts pages, REST, MCP" in done.stdout.splitlines()[-1]


def test_the_two_commands_stand_on_the_first_screen() -> None:
    first = "\n".join((ROOT / "README.md").read_text().splitlines()[:25])
    assert "$ make run" in first
    assert "$ make test" in first


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text())
    missing = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    assert missing == []
