"""What is peculiar to the engine in process."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
import regorus

from policies.engine import embedded
from policies.engine.embedded import Embedded
from tests.contract.gates import training


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_a_panic_of_the_engine_denies_and_the_next_question_is_judged_afresh(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gate = Embedded()
    with ThreadPoolExecutor(1) as elsewhere:
        foreign = elsewhere.submit(regorus.Engine).result()
        monkeypatch.setitem(embedded._engines(), gate.revision, foreign)
        panicked = await gate.decide(training())
        assert [violation.code for violation in panicked.violations] == ["GATE_ERROR"]
        assert (await gate.decide(training())).allowed


async def test_a_thread_keeps_only_a_few_engines() -> None:
    base = Embedded()
    bundle = base._bundle
    gates = [Embedded(embedded.Bundle(bundle.policies, bundle.data, f"revision-{number}")) for number in range(9)]
    assert len(embedded._engines()) <= embedded.HELD
    for gate in gates:
        assert (await gate.decide(training())).revision == gate.revision
    assert len(embedded._engines()) <= embedded.HELD
