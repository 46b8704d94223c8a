"""The policy data that is derived from another source, and the command that writes it anew.

`data/jurisdictions` comes from the region list of the price catalog; `data/violations` from the METADATA above each
rule, which Rego engines other than OPA itself cannot read. A test compares both with their sources.

    python -m policies.checks.generated
"""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

from workflow.model.base import Json

POLICIES = Path(__file__).parents[1]
REGIONS = POLICIES.parent / "mcp_handlers" / "prices" / "data" / "regions.csv"
_BLOCK = re.compile(r"^# METADATA\n((?:#.*\n)+)(\w+)", re.MULTILINE)
_FIELD = re.compile(r"^#\s+(title|code|severity|remedy): (.+)$", re.MULTILINE)


def jurisdictions(regions: Path = REGIONS) -> Json:
    """Cloud → region → the jurisdictions it lies in, widest first."""
    found: Json = {}
    with regions.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["cloud"], {})[row["region"]] = row["jurisdictions"].split("|")
    return found


def violations(policies: Path = POLICIES) -> Json:
    """Code → title, severity, remedy and the verdict that it leads to, from every METADATA block that names a code.

    Raises ValueError for a block without one of them, or a code that two rules claim.
    """
    found: Json = {}
    for path in sorted(policies.glob("**/*.rego")):
        for block, head in _BLOCK.findall(path.read_text(encoding="utf-8")):
            fields = dict(_FIELD.findall(block))
            code = fields.pop("code", None)
            if code is None:
                continue
            if code in found or fields.keys() != {"title", "severity", "remedy"}:
                raise ValueError(f"{path.name}: the METADATA of {code} is incomplete, or the code is taken.")
            found[code] = {**fields, "verdict": "ask" if head == "ask" else "deny"}
    return found


def main() -> None:
    """Write both files."""
    for name, content in (("jurisdictions", jurisdictions()), ("violations", violations())):
        target = POLICIES / "data" / name / "data.json"
        target.write_text(json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
