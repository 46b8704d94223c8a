"""Calls of Slack's Web API by its own SDK, with its errors as ours."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from workflow.model.base import Json
from workflow.model.errors import CloudDown, OutcomeUnknown, Rejected, Throttled, TollgateError

if TYPE_CHECKING:
    from slack_sdk import WebClient

API = "https://slack.com/api/"
SECONDS = 10
_LATER = ("ratelimited", "rate_limited", "message_limit_exceeded")
_AWAY = ("internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org")


@dataclass(frozen=True)
class Slack:
    """As the bot with this token. `api` is the address of the Web API."""

    token: str = field(repr=False)
    api: str = API

    async def call(self, method: str, fields: Json) -> Json:
        """Slack's answer. Raises Throttled, CloudDown, OutcomeUnknown or Rejected."""
        return await asyncio.to_thread(self._call, method, fields)

    @cached_property
    def _client(self) -> WebClient:
        # Who is only spoken to pays nothing for it: the import takes longer than the rest of a cold start.
        from slack_sdk import WebClient

        return WebClient(self.token, base_url=self.api, timeout=SECONDS, retry_handlers=[])

    def _call(self, method: str, fields: Json) -> Json:
        from slack_sdk.errors import SlackApiError, SlackClientError

        try:
            answer = self._client.api_call(method, data=fields)
        except SlackApiError as error:
            raise failed(method, error.response) from None
        except (SlackClientError, OSError) as error:
            raise OutcomeUnknown(f"Slack did not answer {method} ({type(error).__name__}).") from None
        found: Any = answer.data
        return dict(found)


def failed(method: str, response: Any) -> TollgateError:
    """Slack's refusal as ours."""
    said = str(response.get("error") or response.status_code)
    if response.status_code == 429 or said in _LATER:
        seconds = next((v for k, v in response.headers.items() if k.lower() == "retry-after"), "1")
        return Throttled(f"Slack asks us to slow down ({method}).", retry_after=float(seconds))
    if response.status_code >= 500 or said in _AWAY:
        return CloudDown(f"Slack failed at {method}: {said}.")
    return Rejected(f"Slack refused {method}: {said}.", "Check the app's scopes, and that it is in the channel.")
