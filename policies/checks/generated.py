"""What is derived from another source, policy data and a page, and the command that writes it anew.

`data/jurisdictions` comes from the region list of the price catalog; `data/violations` from the METADATA above each
rule, which Rego engines other than OPA itself cannot read; `docs/policies.md` from that METADATA, the words at the head
of each rule, and `data/approvals`; `docs/policy-data.schema.json` from the shapes in `checks/tunables.py`. A test holds
them all against their sources.

    python -m policies.checks.generated
"""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

from policies.checks.tunables import tunables_schema
from workflow.model.base import Json

POLICIES = Path(__file__).parents[1]
PAGE = POLICIES.parent / "docs" / "policies.md"
SCHEMA = PAGE.with_name("policy-data.schema.json")
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


def page(policies: Path = POLICIES) -> str:
    """`docs/policies.md`: every rule in its own words, and each reason that it gives."""
    described = violations(policies)
    approvals = json.loads((policies / "data" / "approvals" / "data.json").read_text(encoding="utf-8"))
    parts = [_HEAD]
    for path in (*sorted(policies.glob("rules/*/*.rego")), policies / "gate" / "gate.rego"):
        if path.stem.endswith("_test"):
            continue
        text = path.read_text(encoding="utf-8")
        title, *words = [line[2:] for line in text.partition("package")[0].splitlines()]
        codes = [code for code in described if f'lib.violation("{code}"' in text]
        rows = [_row(code, described[code], approvals.get(code)) for code in codes]
        parts += [f"## {title.rstrip('.')}", "\n".join(words), "\n".join([*_COLUMNS, *rows])]
    return "\n\n".join(parts) + "\n"


_HEAD = """# Policies

<!-- Written by `python -m policies.checks.generated`. Change the METADATA in policies/ instead. -->

What the gate may say, rule by rule. Whatever is not agreed to by every rule is denied; `ask` puts it to the people that
the third column names. What an operator may change is in `policies/data`, described in
[policies/README.md](../policies/README.md)."""
_COLUMNS = ["| code | what must hold | otherwise | severity | what to do |", "| --- | --- | --- | --- | --- |"]


def _row(code: str, entry: Json, approval: Json | None) -> str:
    whose = "deny" if entry["verdict"] == "deny" or approval is None else f"ask {_asked(approval)}"
    return f"| `{code}` | {entry['title']} | {whose} | {entry['severity']} | {entry['remedy']} |"


def _asked(approval: Json) -> str:
    people = "one person" if approval["people"] == 1 else f"{approval['people']} people"
    own = ", the requester included" if approval["own"] else ", not the requester"
    return f"{people} ({' or '.join(approval['roles'])}){own}, within {approval['hours']} hours"


def main() -> None:
    """Write them all."""
    for name, content in (("jurisdictions", jurisdictions()), ("violations", violations())):
        target = POLICIES / "data" / name / "data.json"
        target.write_text(json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
    PAGE.write_text(page(), encoding="utf-8")
    SCHEMA.write_text(json.dumps(tunables_schema(), indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
