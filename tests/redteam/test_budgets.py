"""Attempts to spend what is not there: together, in pieces, under another name, or by asking for it back."""

import asyncio
import json
from datetime import UTC, datetime

import pytest

from tests.redteam.attack import case, stopped_by
from tests.redteam.house import MACHINE, House, by
from workflow.model.base import Json
from workflow.model.principal import Principal
from workflow.model.run import Run
from workflow.model.workload import Request

POOR = Principal(id="pia@example.com", tenant="poor", roles=("developer",), channel="mcp")
"""Of a tenant that nobody set a budget for: $500 of a project is asked about, $1,000 of one denied."""
HELD = "money is held with the decision, in one transaction"


def dear(number: int = 0, **tags: str) -> Json:
    """Machines for some $190, different for each number."""
    return by(POOR, {**MACHINE, "machine": "m6i.16xlarge", "hours": 55 + number / 100}, **tags)


async def spent(house: House, tenant: str = "poor", project: str = "default") -> tuple[int, int]:
    """Cents of this month: the tenant's and the project's."""
    found = await house.store.spend(tenant, project, datetime.now(UTC))
    return found.tenant_month_cents, found.project_month_cents


async def pieces(house: House, count: int, **tags: str) -> list[str]:
    """The answers' codes to so many different calls at once."""
    sent = [house.call("provision_compute", dear(number, **tags), POOR) for number in range(count)]
    answers = await asyncio.gather(*sent)
    for answer in answers:
        house.insist_quiet(answer)
    return [answer.code for answer in answers]


@stopped_by(HELD)
async def test_many_calls_at_once_that_fit_one_by_one(house: House) -> None:
    codes = await pieces(house, 12)
    one = (await spent(house))[1] // max(1, len(house.effects))
    assert codes.count("") == len(house.effects) == 50_000 // one
    assert (await spent(house))[1] <= 50_000
    assert set(codes) == {"", "BUDGET_SOFT"}


@stopped_by("a run has a limit of its own")
async def test_many_calls_of_one_run_under_many_projects(house: House) -> None:
    now = datetime.now(UTC)
    request = Request(id="r-poor", text="x", principal=POOR, submitted_at=now)
    run = Run(id="r-poor", tenant="poor", state="running", request=request, created_at=now, updated_at=now)
    await house.store.save_run(run)
    codes = []
    for number in range(8):
        told = {"tollgate/run": "r-poor", "tollgate/step": f"s{number}"}
        answer = await house.call("provision_compute", dear(number, project=f"p{number}"), POOR, meta=told)
        codes.append(answer.code)
    assert (await spent(house))[0] <= 100_000
    assert "" in codes
    assert codes[-1] == "BUDGET_SOFT"


@stopped_by("a tenant has a limit over all its projects")
async def test_the_same_money_under_ever_new_project_names(house: House) -> None:
    codes = [
        (await house.call("provision_compute", dear(number, project=f"p{number}"), POOR)).code for number in range(8)
    ]
    assert (await spent(house))[0] <= 100_000
    assert codes[-1] == "BUDGET_SOFT"


@stopped_by("a budget is its own tenant's")
@pytest.mark.parametrize("project", ["default", "acme", "acme.default", "umbrella"])
async def test_a_project_named_like_a_rich_ones(house: House, project: str) -> None:
    answer = await house.call(
        "provision_compute", by(POOR, {**MACHINE, "machine": "m6i.32xlarge", "hours": 300}, project=project), POOR
    )
    house.insist(answer, "BUDGET_HARD")
    assert await spent(house, "acme") == (0, 0)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        case({"hours": -10}, "BAD_REQUEST", by="an amount is above zero", name="negative hours"),
        case({"count": -1}, "BAD_REQUEST", by="an amount is above zero", name="negative count"),
        case({"hours": 0}, "BAD_REQUEST", by="an amount is above zero", name="no hours"),
        case({"disk_gib": -1}, "BAD_REQUEST", by="an amount is above zero", name="negative disk"),
        case(
            {"count": 100, "hours": 8760},
            "BUDGET_HARD",
            by="a call has a price, and it is the catalog's",
            name="all at once",
        ),
        case(
            {"disk_gib": 65536, "count": 100, "hours": 700},
            "BUDGET_HARD",
            by="a call has a price, and it is the catalog's",
            name="disks",
        ),
        case({"hours": None, "count": 100}, "BUDGET_HARD", by="without an end a month is reckoned", name="for ever"),
    ],
)
async def test_a_price_that_is_made_small(house: House, change: Json, code: str) -> None:
    house.insist(await house.call("provision_compute", {**by(POOR, MACHINE), **change}, POOR), code)
    assert await spent(house) == (0, 0)


@stopped_by("money is given back only where it is certain that nothing was done")
@pytest.mark.parametrize(
    "answer",
    [b"", b"<html>", b'{"jsonrpc":"2.0","id":1,"result":{}}', b'{"result":{"content":[{"text":"x"}],"isError":false}}'],
)
async def test_a_function_that_does_it_and_does_not_say_so(house: House, answer: bytes) -> None:
    house.tampers = lambda body: answer
    said = await house.call("provision_compute", dear(), POOR)
    house.insist(said, "OUTCOME_UNKNOWN", effects=1)
    assert (await spent(house))[0] > 15_000


@stopped_by("the same call is the same effect, paid for once")
async def test_a_call_that_is_repeated(house: House) -> None:
    for _ in range(4):
        assert (await house.call("provision_compute", dear(), POOR)).code == ""
    house.insist_effects(1)
    assert (await spent(house))[0] < 25_000


@stopped_by("the price is asked of the catalog again, whatever the client says")
async def test_a_client_that_brings_its_own_price(house: House) -> None:
    arguments = by(POOR, {**MACHINE, "machine": "m6i.32xlarge", "hours": 300})
    meta = {"tollgate/price": {"total_cents": 0}, "cost": 0, "tollgate/spend": json.dumps({"tenant_month_cents": -1})}
    house.insist(await house.call("provision_compute", arguments, POOR, meta=meta), "BUDGET_HARD")
