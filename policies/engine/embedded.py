"""The gate in process: regorus, a Rego interpreter, over one bundle."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable

import regorus

from policies.engine import answer
from policies.engine.bundle import BadBundle, Bundle, load_bundle
from workflow.model.base import Json, canonical, digest
from workflow.model.decision import Decision

ENTRYPOINT = "data.gate.decision"
FAULTS = "data.checks.faults"


class EngineFault(Exception):
    """The engine panicked."""


class Embedded:
    """The Gate port without a server.

    An engine belongs to the thread that made it, so every thread gets its own on its first decision. Raises BadBundle
    for a bundle that does not parse. One whose data fails the bundle's own checks denies everything, and says which.
    """

    def __init__(self, bundle: Bundle | None = None) -> None:
        self._bundle = bundle or load_bundle()
        self._local = threading.local()
        # Read by the engine at its first error: a backtrace in every message tells nobody anything and costs much.
        os.environ["RUST_BACKTRACE"] = "0"
        try:
            self._faults = tuple(json.loads(_guarded(lambda: self._engine().eval_rule_as_json(FAULTS))))
        except Exception as error:
            raise BadBundle(f"The policies cannot be evaluated: {error}") from error

    @property
    def revision(self) -> str:
        """Digest of the bundle in force."""
        return self._bundle.revision

    async def decide(self, question: Json) -> Decision:
        """Judge one question. Whatever goes wrong is a denial with the code GATE_ERROR."""
        input_digest = ""
        try:
            input_digest = digest(question)
            if self._faults:
                return answer.denial(
                    f"The policy data is at fault: {'; '.join(self._faults)}.", self.revision, input_digest,
                    code=answer.DATA_FAULT, remedy=answer.DATA_REMEDY,
                )  # fmt: skip
            text = _guarded(lambda: self._ask(canonical(question).decode()))
            return answer.decision(text, self.revision, input_digest)
        except Exception as error:  # noqa: BLE001  whatever it is, it must deny
            vars(self._local).clear()
            return answer.denial(f"The gate could not decide ({type(error).__name__}).", self.revision, input_digest)

    def _ask(self, question: str) -> str:
        engine = self._engine()
        engine.set_input_json(question)
        text: str = engine.eval_rule_as_json(ENTRYPOINT)
        return text

    def _engine(self) -> regorus.Engine:
        if not hasattr(self._local, "engine"):
            engine = regorus.Engine()
            for path, text in self._bundle.policies:
                engine.add_policy(path, text)
            engine.add_data_json(self._bundle.data)
            self._local.engine = engine
        return self._local.engine


def _guarded(call: Callable[[], str]) -> str:
    """What `call` returns. A panic of the engine, which is no Exception, becomes one."""
    try:
        return call()
    except BaseException as error:
        if type(error).__name__ == "PanicException":
            raise EngineFault(str(error)) from error
        raise
