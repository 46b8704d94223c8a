"""What the arguments say is found wherever they say it: by Python as by a rule that walks them."""

from __future__ import annotations

import json
from typing import Any

import pytest
import regorus
from hypothesis import example, given
from hypothesis import strategies as st

from policies.engine import answer
from policies.engine.bundle import PACKAGED
from policies.engine.embedded import Embedded
from policies.engine.said import asked, asked_as_text, said
from tests.contract.gates import training
from workflow.model.base import Json, canonical

NAMES = st.one_of(
    st.sampled_from(["region", "Regions", "source_region", "public", "PubliclyAccessible", "encrypted", "ENCRYPTED"]),
    st.sampled_from(["tenant", "Tenant", "tenants", "tags", "Tags", "not_encrypted", "a", ""]),
    st.text(max_size=5),
)
TEXTS = st.one_of(
    st.sampled_from(
        ["eu-west-1", "eu-west-1a", "arn:aws:s3:us-east-1:1:x/y", "https://a.eu-west-3.example/", "-a", ":"]
    ),
    st.text(max_size=12),
)
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-(2**53), 2**53), TEXTS)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4), max_leaves=20
)


def walked(resource: Json) -> Json:
    """What the policies' own tests find by walking."""
    engine = regorus.Engine()
    engine.add_policy("example.rego", (PACKAGED / "lib" / "example_test.rego").read_text(encoding="utf-8"))
    engine.add_policy("walked.rego", "package walked\n\nfound := data.example.said(input)")
    engine.set_input_json(json.dumps(resource))
    found: Json = json.loads(engine.eval_rule_as_json("data.walked.found"))
    return found


def distinct(told: Json) -> dict[str, set[bytes]]:
    """Each kind's values, of which 0 and false, and 1 and true, are two."""
    return {kind: {canonical(value) for value in values} for kind, values in told.items()}


@given(st.dictionaries(NAMES, VALUES, max_size=6))
@example({"public": [False, 0], "encrypted": {"a": {"b": [True, 1, None, {}]}}})
@example({"tags": {"region": "us-east-1", "note": "eu-west-3"}, "a": {"tags": {"note": "eu-west-3"}}})
@example({"replicas": {"regions": [{"place": "eu-west-3"}]}, "tenant": {"tenant": "globex"}})
def test_nothing_escapes_that_a_walk_finds(resource: Json) -> None:
    assert distinct(said(resource)) == distinct(walked(resource))


def test_each_kind_is_told_with_every_value_below_its_names() -> None:
    resource = {
        "region": "eu-west-1",
        "copy_to": "arn:aws:s3:us-east-1::b/k",
        "disks": [{"Encrypted": False, "zone": "eu-west-1b"}, {"encrypted": None}],
        "network": {"public_ip": 0, "PUBL\u0130C": True},
        "owner": {"tenant": "globex"},
        "tags": {"tenant": "acme", "home_region": "mars", "run": "us-west-2"},
    }
    assert said(resource) == {
        "encrypted": [False],
        "public": [0, True],
        "regions": ["eu-west-1", "mars"],
        "tenants": ["globex", "acme"],
        "words": ["eu-west-1", "arn", "", "aws", "s3", "us-east-1", "b", "k", "eu-west-1b", "globex"],
    }


@given(st.dictionaries(st.text(max_size=5).filter(lambda name: name != "said"), VALUES, max_size=4))
def test_the_text_for_an_engine_is_the_question_with_what_is_derived(question: Json) -> None:
    text = asked_as_text(question, canonical(question).decode())
    assert json.loads(text) == {**question, "said": said(question.get("resource"))} == asked(question)


@pytest.mark.parametrize("brought", [said(training()["resource"]), {}, None])
async def test_a_question_that_brings_its_own_is_denied(brought: Any) -> None:
    decision = await Embedded().decide({**training(), "said": brought})
    assert (decision.verdict, [each.code for each in decision.violations]) == ("deny", [answer.ERROR])
