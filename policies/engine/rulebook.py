"""What a violation's code stands for: its rule's title and remedy, its Rego, and where in which file it is written."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from policies.engine.archive import TEST, Texts

_CODE = re.compile(r"^#\s+code: (\w+)$")


@dataclass(frozen=True)
class Rule:
    """One reason to object. `where` is `path:line` below the policies' folder, `text` the Rego that stands there; both
    are empty where no rule has the code."""

    code: str
    title: str
    severity: str
    remedy: str
    where: str
    text: str


def rule(texts: Texts, code: str) -> Rule:
    """The rule of a code. For a code of the engine's own, or one that is gone, only the code is known."""
    told = json.loads(texts.get("data/violations/data.json", "{}")).get(code, {})
    told = told if isinstance(told, dict) else {}
    found = {name: str(told.get(name, "")) for name in ("title", "severity", "remedy")}
    where, text = _written(texts, code)
    return Rule(code=code, **found, where=where, text=text)


def _written(texts: Texts, code: str) -> tuple[str, str]:
    for name, text in sorted(texts.items()):
        if not name.endswith(".rego") or name.endswith(TEST):
            continue
        lines = text.splitlines()
        for number, line in enumerate(lines):
            match = _CODE.match(line)
            if match and match[1] == code:
                # The rule itself begins below its METADATA.
                below = next((i for i in range(number, len(lines)) if not lines[i].startswith("#")), number)
                return f"{name}:{below + 1}", "\n".join(_rule_at(lines, below))
    return "", ""


def _rule_at(lines: Sequence[str], begin: int) -> Sequence[str]:
    """One rule of formatted Rego: a line, or all to the brace that closes it, which alone stands unindented."""
    if not lines[begin].endswith("{"):
        return lines[begin : begin + 1]
    end = next((i for i in range(begin, len(lines)) if lines[i] == "}"), begin)
    return lines[begin : end + 1]
