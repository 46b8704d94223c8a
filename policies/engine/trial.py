"""What a bundle must pass before it is let into force: it parses, its data holds its own checks, its tests pass."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

import regorus

from policies.engine.archive import TEST, Texts, assembled
from policies.engine.bundle import BadBundle, Bundle
from policies.engine.embedded import ENTRYPOINT, FAULTS

_PACKAGE = re.compile(r"^package (\S+)", re.MULTILINE)
_TEST = re.compile(r"^(test_\w+)", re.MULTILINE)


@dataclass(frozen=True)
class Trial:
    """What was found. `failed` are the tests that did not pass, of `tests` in all."""

    bundle: Bundle
    faults: tuple[str, ...]
    tests: int
    failed: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether it may come into force."""
        return not self.faults and not self.failed

    def insist(self) -> Bundle:
        """The bundle. Raises BadBundle where it did not pass, and says why."""
        if self.faults:
            raise BadBundle(f"The policy data is at fault: {'; '.join(self.faults)}.")
        if self.failed:
            raise BadBundle(f"{len(self.failed)} of {self.tests} policy tests fail: {', '.join(self.failed[:5])}.")
        return self.bundle


def tried(texts: Texts, where: str) -> Trial:
    """Try the files as they lie in a folder, tests included. Raises BadBundle where they are no bundle at all.

    The engine in process does it, so it takes no OPA. A bundle without tests has passed all of them: that is for who
    signs it to see to.
    """
    found = _outcome(texts, assembled(texts, where))
    if isinstance(found, str):
        raise BadBundle(f"The policies cannot be evaluated: {found}")
    return found


def _outcome(texts: Texts, bundle: Bundle) -> Trial | str:
    """The trial, or why there is none. Nothing is raised from here: an error would carry the engine with it, and an
    engine may only be dropped in the thread that made it."""
    names = _names(texts)
    try:
        engine = regorus.Engine()
        for name, text in texts.items():
            if name.endswith(".rego"):
                engine.add_policy(name, text)
        engine.add_data_json(bundle.data)
        engine.set_input_json("{}")
        faults = tuple(map(str, json.loads(engine.eval_rule_as_json(FAULTS))))
        engine.eval_rule_as_json(ENTRYPOINT)
        failed = tuple(name for name in names if not _passes(engine, name))
        return Trial(bundle, faults, len(names), failed)
    except Exception as error:  # noqa: BLE001  whatever it is, the bundle does not pass
        return str(error)


def _names(texts: Texts) -> list[str]:
    found = []
    for name, text in sorted(texts.items()):
        package = _PACKAGE.search(text)
        if name.endswith(TEST) and package:
            found += [f"data.{package[1]}.{test}" for test in _TEST.findall(text)]
    return found


def _passes(engine: regorus.Engine, name: str) -> bool:
    try:
        return bool(engine.eval_rule_as_json(name) == "true")
    except Exception:  # noqa: BLE001  a test that cannot be evaluated has not passed
        return False
