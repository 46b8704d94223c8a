"""The gate in process: regorus, a Rego interpreter, over one bundle."""

from __future__ import annotations

import hashlib
import json
import os
import threading

import regorus

from policies.engine import answer
from policies.engine.bundle import BadBundle, Bundle, load_bundle
from policies.engine.said import asked_as_text
from workflow.model.base import Json, canonical
from workflow.model.decision import Decision

ENTRYPOINT = "data.gate.decision"
FAULTS = "data.checks.faults"
HELD = 4
"""Engines that a thread keeps, by revision: one in force, and room for others while policies change."""

# An engine belongs to the thread that made it and must also be dropped there, so the thread holds it, not the gate.
_threads = threading.local()


class EngineFault(Exception):
    """The engine panicked."""


class Embedded:
    """The Gate port without a server.

    Every thread makes an engine of its own on its first decision. Raises BadBundle for a bundle that does not parse.
    One whose data fails the bundle's own checks denies everything, and says which.
    """

    def __init__(self, bundle: Bundle | None = None) -> None:
        self._bundle = bundle or load_bundle()
        # Read by the engine at its first error: a backtrace in every message tells nobody anything and costs much.
        os.environ["RUST_BACKTRACE"] = "0"
        try:
            self._faults = tuple(json.loads(self._evaluated(FAULTS, "{}")))
        except Exception as error:
            raise BadBundle(f"The policies cannot be evaluated: {error}") from error

    @property
    def revision(self) -> str:
        """Digest of the bundle in force."""
        return self._bundle.revision

    async def decide(self, question: Json) -> Decision:
        """Judge one question, as `judge` does."""
        return self.judge(question)

    def judge(self, question: Json) -> Decision:
        """Judge one question in this thread. Whatever goes wrong is a denial with the code GATE_ERROR."""
        input_digest = ""
        try:
            asked = canonical(question)
            input_digest = hashlib.sha256(asked).hexdigest()
            if self._faults:
                return answer.at_fault(self._faults, self.revision, input_digest)
            text = self._evaluated(ENTRYPOINT, asked_as_text(question, asked.decode()))
            return answer.decision(text, self.revision, input_digest)
        except Exception as error:  # noqa: BLE001  whatever it is, it must deny
            return answer.denial(f"The gate could not decide ({type(error).__name__}).", self.revision, input_digest)

    def _evaluated(self, rule: str, question: str) -> str:
        try:
            engine = self._engine()
            engine.set_input_json(question)
            text: str = engine.eval_rule_as_json(rule)
            return text
        except BaseException as error:
            # A panic is no Exception, and leaves the engine in a state that nobody knows.
            if type(error).__name__ != "PanicException":
                raise
            _engines().pop(self.revision, None)
            raise EngineFault(str(error)) from error

    def _engine(self) -> regorus.Engine:
        held = _engines()
        if self.revision not in held:
            if len(held) >= HELD:
                held.clear()
            held[self.revision] = _made(self._bundle)
        return held[self.revision]


def _engines() -> dict[str, regorus.Engine]:
    engines: dict[str, regorus.Engine] = vars(_threads).setdefault("engines", {})
    return engines


def _made(bundle: Bundle) -> regorus.Engine:
    engine = regorus.Engine()
    for path, text in bundle.policies:
        engine.add_policy(path, text)
    engine.add_data_json(bundle.data)
    return engine
