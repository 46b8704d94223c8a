"""What a deployment pays is today's price of the same machine, or the one it was taken at."""

from types import SimpleNamespace
from typing import cast

import pytest

from mcp_handlers.tools.get_cost_estimate import Output, Priced
from tests.fakes.deployments import OFFER, priced, standing
from tests.fakes.offers import ToldTools, result
from workflow.deploy.context import Context
from workflow.model.decision import Decision, Violation
from workflow.model.errors import Forbidden
from workflow.model.ports import ToolResult
from workflow.reevaluate.survey import price_today

DENIED = Decision(
    verdict="deny", violations=(Violation(code="ROLE", message="No.", remedy="r"),), revision="p", input_digest="d"
)


async def paid(answer: ToolResult | Decision) -> Priced:
    """What is found to be paid where the cloud answers so."""
    tools = ToldTools(lambda tool, cloud, arguments: answer)
    return await price_today(cast(Context, SimpleNamespace(tools=tools)), OFFER, standing().brief)


def sold(*offers: Priced) -> ToolResult:
    """A cloud's answer."""
    return result(Output(offers=offers, matched=len(offers), snapshot="s2").model_dump(mode="json"))


async def test_the_same_machine_is_priced_as_it_is_sold_today() -> None:
    other, same = priced(10, "aws"), priced(9_999, "aws", machine=OFFER.machine)
    assert await paid(sold(other, same)) == same


async def test_what_is_not_sold_any_more_costs_what_it_did() -> None:
    found = await paid(sold(priced(10, "aws")))
    assert (found.offer, found.cost.compute) == (OFFER, 73_000_000)


async def test_prices_that_may_not_be_read_are_not_guessed() -> None:
    with pytest.raises(Forbidden, match="The prices of aws may not be read"):
        await paid(DENIED)
