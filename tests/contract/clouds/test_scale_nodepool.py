"""scale_nodepool on every cloud, with a cluster and without one, judged by the clouds themselves."""

from __future__ import annotations

import importlib
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from pydantic import ValidationError

from mcp_handlers.tools import get_health, release_resource, scale_nodepool
from mcp_handlers.tools.contract import Tags
from mcp_handlers.tools.scale_nodepool import Input, Output, Sizes
from tests.contract.clouds.pool_clouds import POOL, Aks, Eks, Gke, ManagedGroups, Pools, ScaleSets, ScalingGroups
from workflow.model.errors import CloudDown, NotFound, OutcomeUnknown, RegionDown, Rejected, Throttled, TollgateError
from workflow.model.resource import Health

TAGS = Tags(tenant="acme", project="vision", run="run-1", owner="ada@acme", environment="staging")
KEY, OTHER = "0123456789abcdef0123456789abcdef01234567", "f" * 40
KINDS: dict[str, tuple[str, Any]] = {
    "eks": ("aws", Eks), "asg": ("aws", ScalingGroups), "aks": ("azure", Aks), "vmss": ("azure", ScaleSets),
    "gke": ("gcp", Gke), "mig": ("gcp", ManagedGroups),
}  # fmt: skip


def sizes(minimum: int, desired: int, maximum: int) -> Sizes:
    return Sizes(minimum=minimum, maximum=maximum, desired=desired)


START, WANTED = sizes(2, 3, 5), sizes(1, 6, 9)


@pytest.fixture(params=KINDS)
def empty(request: pytest.FixtureRequest) -> Pools:
    """A cloud where no pool has been made."""
    cloud, kind = KINDS[request.param]
    found: Pools = kind(request.getfixturevalue(cloud))
    return found


@pytest.fixture
def pools(empty: Pools) -> Pools:
    """A pool of tenant acme with 3 machines, between 2 and 5."""
    empty.make(START, "acme")
    return empty


def wanted(pools: Pools, to: Sizes = WANTED, **changes: Any) -> Input:
    asked = {"region": pools.region, "zone": pools.zone, "cluster": pools.cluster, "pool": POOL, "tags": TAGS}
    return Input(**{**asked, "machine": pools.machine, **to.model_dump(), **changes})


def handler(pools: Pools, tool: str) -> Any:
    return importlib.import_module(f"mcp_handlers.{pools.cloud}.{tool}").call


def scale(pools: Pools, to: Sizes = WANTED, key: str = KEY, **changes: Any) -> Output:
    made: Output = handler(pools, "scale_nodepool")(wanted(pools, to, **changes), pools.clients, key)
    return made


def health(pools: Pools, tenant: str = "acme", **changes: Any) -> Health:
    resource = wanted(pools, **changes).found_in(pools.cloud)
    asked = get_health.Input(resource=resource, tenant=tenant)
    answer: get_health.Output = handler(pools, "get_health")(asked, pools.clients, "")
    return answer.health


def test_a_pool_gets_the_sizes_that_were_asked_for(pools: Pools) -> None:
    made = scale(pools)

    resource = wanted(pools).found_in(pools.cloud)
    assert made == Output(resource=resource, before=START, after=WANTED)
    assert resource.id == (f"{pools.cluster}/{POOL}" if pools.cluster else POOL)
    assert pools.sizes() == WANTED


def test_a_shrink_that_nobody_accepted_is_refused_with_both_numbers(pools: Pools) -> None:
    with pytest.raises(Rejected, match=r"has 3 machines; 2 are wanted") as refused:
        scale(pools, sizes(1, 2, 5))
    assert "accept_shrink" in refused.value.remedy
    assert pools.sizes() == START


def test_a_shrink_that_was_accepted_is_done(pools: Pools) -> None:
    assert scale(pools, sizes(1, 1, 1), accept_shrink=True).before == START
    assert pools.sizes() == sizes(1, 1, 1)


def test_bounds_alone_can_be_changed(pools: Pools) -> None:
    scale(pools, sizes(3, 3, 8))
    assert pools.sizes() == sizes(3, 3, 8)


def test_what_is_so_already_stays_so(pools: Pools) -> None:
    assert scale(pools, START) == scale(pools, START)
    assert pools.sizes() == START


@pytest.mark.parametrize(
    "changes",
    [
        {"minimum": -1}, {"desired": -1}, {"desired": 10}, {"desired": 0}, {"maximum": 1001}, {"minimum": 7},
        {"pool": ""}, {"pool": "a/b"}, {"pool": "../x"}, {"cluster": "a/b"}, {"machine": ""}, {"region": "Mars!"},
        {"zone": "/"}, {"tags": None}, {"accept_shrink": "perhaps"}, {"count": 3}, {"desired": 2.5}, {"desired": None},
    ],
    ids=str,
)  # fmt: skip
def test_an_argument_that_cannot_be_is_refused_before_anything_is_asked(changes: dict[str, Any]) -> None:
    asked = {"region": "eu-west-1", "pool": POOL, "machine": "m7i.large", "tags": TAGS, **WANTED.model_dump()}
    assert Input(**asked).sizes == WANTED
    with pytest.raises(ValidationError):
        Input(**(asked | changes))


def test_another_machine_type_than_the_pools_is_refused(pools: Pools) -> None:
    other = {"aws": "c7i.large", "azure": "Standard_D8s_v5", "gcp": "n2-standard-8"}[pools.cloud]
    with pytest.raises(Rejected, match=f"has {pools.machine}, not {other}"):
        scale(pools, machine=other)
    assert pools.sizes() == START


def test_the_same_call_again_gives_the_same_answer(pools: Pools) -> None:
    assert scale(pools) == scale(pools) == scale(pools)
    assert pools.sizes() == WANTED


def test_twenty_at_once_are_one_effect_with_one_answer(pools: Pools) -> None:
    with ThreadPoolExecutor(20) as threads:
        outputs = list(threads.map(lambda _: scale(pools), range(20)))
    assert outputs == [Output(resource=wanted(pools).found_in(pools.cloud), before=START, after=WANTED)] * 20
    assert pools.sizes() == WANTED


def test_a_call_that_broke_off_is_taken_up_again_and_remembers_what_was_before(pools: Pools) -> None:
    pools.fault("error", operation=pools.resizing, times=1)
    with pytest.raises(OutcomeUnknown):
        scale(pools)
    assert scale(pools).before == START
    assert pools.sizes() == WANTED


def test_another_effect_starts_from_what_the_first_one_left(pools: Pools) -> None:
    scale(pools)
    assert scale(pools, sizes(1, 7, 9), key=OTHER).before == WANTED
    assert pools.sizes() == sizes(1, 7, 9)


def test_undo_restores_what_was_before(pools: Pools) -> None:
    asked, made = wanted(pools), scale(pools)
    assert scale_nodepool.TOOL.undo is not None
    (undo,) = scale_nodepool.TOOL.undo(asked, made)
    assert undo.tool == "scale_nodepool"
    back = handler(pools, "scale_nodepool")(Input.model_validate(undo.arguments), pools.clients, OTHER)
    assert (back.before, back.after, pools.sizes()) == (WANTED, START, START)


def test_a_pool_that_is_not_there_is_not_found(pools: Pools) -> None:
    with pytest.raises(NotFound):
        scale(pools, pool="absent")
    assert health(pools, pool="absent").status == "gone"


def test_another_tenants_pool_is_not_found(pools: Pools) -> None:
    with pytest.raises(NotFound):
        scale(pools, tags=TAGS.model_copy(update={"tenant": "globex"}))
    with pytest.raises(NotFound):
        health(pools, tenant="globex")
    assert pools.sizes() == START


def test_a_pool_without_our_tag_is_nobodys(empty: Pools) -> None:
    empty.make(START, "")
    with pytest.raises(NotFound):
        scale(empty)
    assert empty.sizes() == START


def test_a_pool_is_looked_for_in_its_own_region_only(pools: Pools) -> None:
    elsewhere = {"aws": "eu-central-1", "azure": "northeurope", "gcp": "europe-west1"}[pools.cloud]
    zone = "europe-west1-b" if pools.zone else ""
    with pytest.raises(NotFound):
        scale(pools, region=elsewhere, zone=zone)
    with pytest.raises(Rejected):
        scale(pools, zone="us-east1-b")
    assert pools.sizes() == START


def test_a_pool_of_a_fixed_size_learns_to_scale_and_forgets_it_again(empty: Pools) -> None:
    fixed = sizes(3, 3, 3)
    empty.make(fixed, "acme")
    made = scale(empty)
    assert (made.before, empty.sizes()) == (fixed, WANTED)
    scale(empty, fixed, key=OTHER, accept_shrink=True)
    assert empty.sizes() == fixed


@pytest.mark.parametrize(
    ("kind", "raised"), [("throttle", Throttled), ("region_down", RegionDown), ("cloud_down", CloudDown)]
)
def test_trouble_of_the_cloud_is_told_apart(pools: Pools, kind: str, raised: type[TollgateError]) -> None:
    pools.fault(kind, region="" if kind == "cloud_down" else pools.region)
    with pytest.raises(raised):
        scale(pools)


def test_throttled_while_resizing_nothing_is_lost(pools: Pools) -> None:
    pools.fault("throttle", operation=pools.resizing, times=1)
    with pytest.raises(Throttled):
        scale(pools)
    assert scale(pools) == Output(resource=wanted(pools).found_in(pools.cloud), before=START, after=WANTED)


def test_its_health_is_the_clouds_word(pools: Pools) -> None:
    assert health(pools).status == "healthy"
    scale(pools)
    found = health(pools)
    assert (found.status, found.resource) == ("healthy", wanted(pools).found_in(pools.cloud))
    assert "6 machines (between 1 and 9)" in found.detail


def test_a_pool_is_not_released(pools: Pools) -> None:
    asked = release_resource.Input(resource=wanted(pools).found_in(pools.cloud), tenant="acme")
    with pytest.raises(Rejected, match="did not create"):
        handler(pools, "release_resource")(asked, pools.clients, "")
    assert pools.sizes() == START
