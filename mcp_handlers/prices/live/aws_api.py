"""The two services of AWS that tell prices, through the official SDK: one page a call, our own pace."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, cast

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError

from mcp_handlers.prices.live.pace import Pace
from mcp_handlers.prices.live.source import CursorGone
from mcp_handlers.prices.live.web import AGAIN
from workflow.model.errors import CloudDown, NoPermission, Rejected, Throttled, TollgateError
from workflow.model.ports import Clock

CAPACITY, PER_SECOND = 10, 5
"""GetProducts: ten calls at once and five a second after that. The spot history is asked no faster."""
HOME = "us-east-1"
"""The Price List answers in few regions, for all of them."""
MOST = 1000
"""Spot prices a page."""
_SLOW = {"ThrottlingException", "Throttling", "RequestLimitExceeded", "TooManyRequestsException"}
_GONE = {"ExpiredNextTokenException", "InvalidNextTokenException", "InvalidNextToken", "InvalidPaginationToken"}
_CLOSED = {"AuthFailure", "OptInRequired", "UnauthorizedOperation", "AccessDeniedException"}
_CONFIG = Config(retries={"total_max_attempts": 1}, connect_timeout=10, read_timeout=60)


class Api:
    """Credentials and endpoints as the SDK finds them (`AWS_ENDPOINT_URL_PRICING`, `AWS_ENDPOINT_URL_EC2`)."""

    def __init__(self, pace: Pace, clock: Clock) -> None:
        """Nothing is asked yet."""
        self._pace, self._clock = pace, clock
        self._clients: dict[tuple[str, str], Any] = {}

    @property
    def address(self) -> str:
        """The Price List's endpoint."""
        return cast(str, self._client("pricing", HOME).meta.endpoint_url)

    def products(self, filters: Mapping[str, str], cursor: str) -> Mapping[str, Any]:
        """A page of EC2's products that fit the filters."""
        wanted = [{"Type": "TERM_MATCH", "Field": name, "Value": value} for name, value in filters.items()]
        ask = {"ServiceCode": "AmazonEC2", "FormatVersion": "aws_v1", "Filters": wanted}
        return self._ask(self._client("pricing", HOME).get_products, ask, cursor)

    def spot_prices(self, region: str, cursor: str) -> Mapping[str, Any]:
        """A page of the prices in force, by machine and zone. The cursor remembers as of when."""
        begun, _, token = cursor.partition(" ")
        start = begun or self._clock.now().isoformat()
        ask = {
            "ProductDescriptions": ["Linux/UNIX"],
            "MaxResults": MOST,
            "StartTime": datetime.fromisoformat(start),
        }
        answer = self._ask(self._client("ec2", region).describe_spot_price_history, ask, token)
        following = answer.get("NextToken")
        return {**answer, "NextToken": f"{start} {following}" if following else None}

    def _client(self, service: str, region: str) -> Any:
        if (service, region) not in self._clients:
            made = boto3.client(cast(Any, service), region_name=region, config=_CONFIG)
            self._clients[service, region] = made
        return self._clients[service, region]

    def _ask(self, call: Callable[..., Any], ask: Mapping[str, Any], token: str) -> Mapping[str, Any]:
        def once() -> Any:
            try:
                return call(**ask, **({"NextToken": token} if token else {}))
            except (ClientError, BotoCoreError) as error:
                raise _error(error) from None

        return cast(Mapping[str, Any], self._pace.call(once))


def _error(error: ClientError | BotoCoreError) -> TollgateError:
    """In our terms. The SDK's own message may hold a request's headers, so only its code is told."""
    if isinstance(error, NoCredentialsError):
        return NoPermission("There are no AWS credentials", "Sign in to AWS; prices are read in your own account.")
    if not isinstance(error, ClientError):
        return CloudDown(f"AWS did not answer: {type(error).__name__}", AGAIN)
    code = error.response["Error"]["Code"]
    status = error.response["ResponseMetadata"]["HTTPStatusCode"]
    if code in _SLOW or status == 429:
        return Throttled(f"AWS asks to slow down ({code})", AGAIN)
    if code in _GONE:
        return CursorGone(f"AWS does not know the page any more ({code})")
    if code in _CLOSED:
        return NoPermission(f"AWS answers {code}", "Allow pricing:GetProducts and ec2:DescribeSpotPriceHistory.")
    if status >= 500:
        return CloudDown(f"AWS answers {code}", AGAIN)
    return Rejected(f"AWS answers {code}", "See that the endpoints are the Price List's and EC2's.")
