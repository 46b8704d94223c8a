"""Start EC2 spot instances."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcp_handlers.aws.client import Clients
from mcp_handlers.aws.launch import LAUNCH, launch
from mcp_handlers.aws.permissions import Allow
from mcp_handlers.tools.launch_spot import Input, Output
from workflow.model.money import MICROS_PER_USD

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import InstanceMarketOptionsRequestTypeDef, SpotMarketOptionsTypeDef


_REQUESTS = "arn:aws:ec2:{region}:{account}:spot-instances-request"
PERMISSIONS = (
    *LAUNCH,
    Allow(("ec2:RunInstances",), (f"{_REQUESTS}/*",)),
    Allow(("ec2:CreateTags",), (f"{_REQUESTS}/*",), {"ec2:CreateAction": "RunInstances"}),
)


def call(wanted: Input, clients: Clients, key: str) -> Output:
    """RunInstances with the spot market option, once per key; all of them or none.

    An instance that is taken back is terminated and not started again: the run decides what comes next.
    """
    options: SpotMarketOptionsTypeDef = {"SpotInstanceType": "one-time", "InstanceInterruptionBehavior": "terminate"}
    if wanted.max_price_micros_hour is not None:
        options["MaxPrice"] = dollars(wanted.max_price_micros_hour)
    market: InstanceMarketOptionsRequestTypeDef = {"MarketType": "spot", "SpotOptions": options}
    return Output(resources=launch(wanted, clients, key, market))


def dollars(micros: int) -> str:
    """Microdollars as the decimal dollars that AWS reads: `1.250000`."""
    whole, part = divmod(micros, MICROS_PER_USD)
    return f"{whole}.{part:06d}"
