"""The scorecard, what becomes of savings whose deployment is gone, and what a move is asked for with."""

from pathlib import Path

import pytest

from tests.contract.stores import STORES, an_event
from tests.fakes.deployments import ADA, COST, NOW, OFFER, TERMS, TEXT, deployment, found, standing
from tests.fakes.moving import Moving
from workflow.language.rules_parser import RulesParser
from workflow.model.resource import Resource
from workflow.reevaluate.everything import close_gone, deployments
from workflow.reevaluate.moves import cutover, move_of, mover, pinned, request_of
from workflow.reevaluate.scorecard import Score, Sum, scorecard


def test_each_tenant_has_its_score_with_the_snapshots_that_were_used() -> None:
    savings = [
        found(id="m1", state="taken"), found(id="m2", state="refused", saving_cents_month=700),
        found(id="m3", state="lapsed"), found(id="m4"), found(id="m5", tenant="globex", was="s0"),
    ]  # fmt: skip
    none, one = Sum(count=0, cents_month=0), Sum(count=1, cents_month=5_000)
    assert scorecard(savings) == (
        Score(
            tenant="acme", found=Sum(count=4, cents_month=15_700), waiting=one, taken=one,
            refused=Sum(count=1, cents_month=700), lapsed=one, migration_cents=600, snapshots=("s1",),
        ),
        Score(
            tenant="globex", found=one, waiting=one, taken=none, refused=none, lapsed=none, migration_cents=0,
            snapshots=("s0", "s1"),
        ),
    )  # fmt: skip
    assert scorecard([]) == ()


async def test_a_saving_whose_deployment_is_gone_ends_as_what_its_run_came_to(tmp_path: Path) -> None:
    async with STORES["sqlite"].open(str(tmp_path / "s.db")) as store:
        live = deployment()
        run = await Moving().conduct(live.record.request.model_copy(update={"id": "r1"}), standing().work)
        await store.end_run(run, live.record, an_event("r1", "finished"))
        moved = await Moving().conduct(live.record.request.model_copy(update={"id": "m2"}), standing().work)
        assert moved.record is not None
        await store.end_run(moved, moved.record, an_event("m2", "finished"))
        event = an_event("m1", "saving.found")
        left = [
            found(id="m1"), found(id="m2", deployment="r2", state="moving"),
            found(id="m3", deployment="r3", state="proposed"), found(id="m4", deployment="r4", state="moving"),
        ]  # fmt: skip
        for saving in left:
            assert await store.save_saving(saving, event)
        ended = await close_gone(store, await deployments(store), NOW)
        assert {saving.id: saving.state for saving in ended} == {"m2": "taken", "m3": "lapsed", "m4": "lapsed"}
        assert [saving.id for saving in await store.list_savings(opened=True)] == ["m1"]
        assert await close_gone(store, await deployments(store), NOW) == []


@pytest.mark.parametrize("text", [TEXT, "Serve a model on 2 T4 GPUs, EU only", "Host a service on GCP, 4 vCPUs"])
async def test_a_moves_words_mean_what_the_first_ones_did(text: str) -> None:
    """A run that died before its first checkpoint is read anew by whoever goes on with it."""
    seen = deployment()
    asked = seen.record.request.model_copy(update={"text": text})
    again = request_of(
        seen.model_copy(update={"record": seen.record.model_copy(update={"request": asked})}), "m1", TERMS, NOW
    )
    parser = RulesParser()
    assert again.text.startswith(text + "\n")
    first, anew = (await parser.read(text)).workload, (await parser.read(again.text)).workload
    assert anew.model_copy(update={"words": first.words}) == first


def test_the_schedule_acts_as_the_owner_with_what_policy_lends_it() -> None:
    assert mover(ADA, TERMS) == ADA.model_copy(update={"channel": "schedule", "roles": ("developer", "rebalancer")})


def test_a_yes_is_to_the_new_place_and_to_each_release_the_last_made_first() -> None:
    disk = Resource(cloud="aws", kind="volume", id="v1", region="eu-west-1")
    seen = standing(open=found())
    both = (*seen.deployment.resources, disk)
    record = seen.deployment.record.model_copy(update={"resources": both})
    seen = seen.model_copy(
        update={"deployment": seen.deployment.model_copy(update={"record": record, "resources": both})}
    )
    saving = found(offer=OFFER, cost=COST)
    move = move_of(seen, saving, TERMS)
    assert [step.name for step in move.plan.steps] == ["0-provision_compute", "release-0", "release-1"]
    assert [step.arguments["resource"]["id"] for step in move.after] == ["v1", "i-1"]
    assert move == move_of(seen, saving, TERMS)
    half = seen.model_copy(update={"deployment": seen.deployment.model_copy(update={"resources": both[:1]})})
    assert cutover(half, saving, TERMS) == move.after[1:]


def test_a_move_is_pinned_to_what_was_found() -> None:
    work = pinned(standing().work, found())
    assert (work.clouds, work.regions, work.purchase, work.vcpus) == (("gcp",), ("gcp-1",), "on_demand", 2)
