"""The rules of an endpoint's traffic, which are the same on every cloud."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mcp_handlers.tools import deploy_model, get_cost_estimate
from mcp_handlers.tools.contract import Tags
from mcp_handlers.tools.deploy_model import Output, joined, moved
from workflow.control.pricing import charges, needs
from workflow.model.money import HOURS_PER_MONTH
from workflow.model.resource import Resource
from workflow.model.share import Share, Shares, read, remaining, written

TAGS = Tags(tenant="acme", project="vision", run="r1", owner="ada", environment="production")
WHOLE = Resource(cloud="aws", kind="endpoint", id="chat", region="eu-west-1")
names = st.from_regex(r"[a-z0-9]{1,12}", fullmatch=True)


@st.composite
def endpoints(draw: st.DrawFn) -> Shares:
    """An endpoint with none, one or two variants."""
    variants = draw(st.lists(names, max_size=2, unique=True))
    percent = draw(st.integers(0, 100)) if len(variants) == 2 else 100
    split = [100 - percent, percent][-len(variants) :] if variants else []
    return tuple(Share(variant=name, percent=part) for name, part in zip(variants, split, strict=True))


def asked(**changes: object) -> deploy_model.Input:
    base = {
        "region": "eu-west-1", "endpoint": "chat", "machine": "m5.xlarge", "bucket": "b", "model": "m",
        "image": "acme:1", "tags": TAGS,
    }  # fmt: skip
    return deploy_model.Input.model_validate(base | changes)


@given(endpoints(), st.integers(1, 100))
def test_after_any_deploy_the_traffic_is_whole_and_at_most_one_other_variant_is_kept(
    before: Shares, percent: int
) -> None:
    after = joined(before, "NEW", percent)
    assert sum(share.percent for share in after) == 100
    assert after[-1] == Share(variant="NEW", percent=percent if before else 100)
    assert {share.variant for share in after[:-1]} <= {share.variant for share in before}
    assert len(after) == min(len(before), 1) + 1


@given(endpoints())
def test_shares_are_read_as_they_were_written(shares: Shares) -> None:
    assert read(written(shares)) == shares


@given(endpoints().filter(lambda shares: len(shares) == 2), st.integers(1, 100), st.booleans())
def test_undoing_a_move_gives_the_shares_before(before: Shares, percent: int, back: bool) -> None:
    wanted = asked(action="roll_back" if back else "promote", canary_percent=percent)
    after = moved(wanted, before)
    made = Output(endpoint=WHOLE, before=before, after=after)
    for step in deploy_model.undo(wanted, made):
        after = moved(deploy_model.Input.model_validate(step.arguments), after)
    assert after == before


@given(endpoints().filter(bool))
def test_what_is_left_after_a_release_has_all_the_traffic(before: Shares) -> None:
    left = remaining(before, before[-1].variant)
    assert [share.percent for share in left] == [100] * (len(before) - 1)


def test_undoing_a_deploy_releases_its_variant() -> None:
    variant = WHOLE.model_copy(update={"id": "chat/v1"})
    after = (Share(variant="v1", percent=100),)
    (step,) = deploy_model.undo(asked(), Output(resources=(variant,), endpoint=WHOLE, before=(), after=after))
    assert step.tool == "release_resource"
    assert step.arguments == {"resource": variant.model_dump(mode="json"), "tenant": "acme"}


def test_a_deploy_is_priced_as_its_most_replicas_for_a_month() -> None:
    arguments = asked(max_replicas=4).model_dump(mode="json")
    expected = get_cost_estimate.Input(
        machine="m5.xlarge", regions=("eu-west-1",), purchase="on_demand", nodes=4, hours=HOURS_PER_MONTH, managed=True,
        limit=1,
    )  # fmt: skip
    assert needs("deploy_model", arguments) == expected.model_dump(mode="json")
    assert charges("deploy_model", arguments)


def test_moving_traffic_is_judged_by_its_machine_and_costs_nothing() -> None:
    arguments = asked(action="promote").model_dump(mode="json")
    assert needs("deploy_model", arguments) is not None
    assert not charges("deploy_model", arguments)
