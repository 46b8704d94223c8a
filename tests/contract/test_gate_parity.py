"""The engine in process and a real OPA say the same to five thousand questions, hostile ones among them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from policies.engine import answer
from policies.engine.archive import TEST, pack, texts_of
from policies.engine.bundle import load_bundle
from policies.engine.embedded import Embedded
from policies.engine.said import asked, asked_as_text
from tests.contract.gates import training
from tests.contract.opa import OpaProcess
from tests.contract.parity_questions import doubtful, generated
from workflow.model.base import Json, canonical
from workflow.model.decision import Decision

NUMBER = 5_000
BATCH = 250
MANY = """package parity

# An undefined decision is left out, and so found missing.
decisions[number] := decision if {
	some number, question in input.questions
	decision := data.gate.decision with input as question
}
"""
Said = tuple[str, tuple[str, ...], Json]
DENIED: Said = ("deny", (answer.ERROR,), {})


@pytest.fixture(scope="module")
def opa(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an OPA over the packaged policies, which can be asked many questions at once."""
    texts = {name: text for name, text in texts_of().items() if not name.endswith(TEST)}
    file = tmp_path_factory.mktemp("parity") / "bundle.tar.gz"
    file.write_bytes(pack({**texts, "parity.rego": MANY}))
    process = OpaProcess(file)
    assert process.up
    yield f"http://127.0.0.1:{process.port}/v1/data"
    process.kill()


def said(decision: Decision) -> Said:
    """What must be the same: verdict, codes, obligations. How a message writes a number is each engine's own."""
    return decision.verdict, tuple(violation.code for violation in decision.violations), decision.obligations


def post(url: str, body: bytes) -> Json:
    """OPA's answer. Raises HTTPError where it cannot read the question."""
    request = Request(url, body, {"content-type": "application/json"})
    with urlopen(request, timeout=60) as response:
        told: Json = json.load(response)
    return told


def by_opa(opa: str, questions: Sequence[Json]) -> Iterator[Said]:
    """OPA's word on each, in order."""
    numbered = {str(number): asked(question) for number, question in enumerate(questions)}
    found = post(f"{opa}/parity/decisions", canonical({"input": {"questions": numbered}}))["result"]
    for number in numbered:
        yield _believed(lambda number=number: json.dumps(found[number]))


def _believed(told: Callable[[], str]) -> Said:
    try:
        return said(answer.decision(told(), "", ""))
    except (ValueError, KeyError, TypeError, HTTPError):
        return DENIED


async def test_both_engines_say_the_same_to_generated_questions(opa: str) -> None:
    gate = Embedded()
    verdicts: Counter[str] = Counter()
    codes: set[str] = set()
    differing: list[tuple[Said, Said, Json]] = []
    questions = generated(NUMBER)
    while batch := list(islice(questions, BATCH)):
        for question, theirs in zip(batch, by_opa(opa, batch), strict=True):
            ours = said(await gate.decide(question))
            verdicts[ours[0]] += 1
            codes |= set(ours[1])
            if ours != theirs:
                differing.append((ours, theirs, question))
    assert differing == []
    assert verdicts.total() == NUMBER
    assert min(verdicts[verdict] for verdict in ("allow", "ask", "deny")) > NUMBER / 20
    # The questions reach into every rule, or the two would agree for want of anything to differ on.
    unheard = {"RISK_UNSET", "RULE_SILENT", "TAG_LIST_MISSING"}
    described = json.loads(load_bundle().data)["violations"].keys()
    assert described - codes <= unheard


TEXTS = doubtful(canonical(training()).decode())


@pytest.mark.parametrize("text", TEXTS, ids=[str(number) for number in range(len(TEXTS))])
async def test_a_text_that_is_hardly_json_is_denied_by_both_or_judged_alike(opa: str, text: str) -> None:
    # Both are asked what came of the text on the wire, and nothing where nothing did.
    try:
        question = json.loads(text)
    except ValueError:
        question = object()
    ours = said(await Embedded().decide(question))
    theirs = _believed(
        lambda: json.dumps(post(f"{opa}/gate/decision", b'{"input":' + canonical(asked(question)) + b"}")["result"])
    )
    assert ours == theirs or (ours[0], theirs[0]) == ("deny", "deny")


@pytest.mark.parametrize(
    ("text", "verdict"),
    [('"public":true,"public":false', "allow"), ('"public":false,"public":true', "deny")],
)
async def test_of_two_equal_keys_both_engines_see_the_same_one(opa: str, text: str, verdict: str) -> None:
    twice = canonical(training()).decode().replace('"public":false', text)
    body = f'{{"input":{asked_as_text(json.loads(twice), twice)}}}'.encode()
    theirs = _believed(lambda: json.dumps(post(f"{opa}/gate/decision", body)["result"]))
    ours = said(await Embedded().decide(json.loads(twice)))
    assert (ours, ours[0]) == (theirs, verdict)
