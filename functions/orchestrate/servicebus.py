"""Waking by Azure Service Bus, over its REST API. The queue is one of the operator's; its messages hold a run's id and
nothing else. Only what says a word is here: the functions' host hears them, and starts the orchestrator."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from azure.core import PipelineClient
from azure.core.exceptions import AzureError
from azure.core.pipeline import policies
from azure.core.rest import HttpRequest

from mcp_handlers.azure.pipeline import credential
from workflow.model.errors import BadRequest

NAME = re.compile(r"sb://([\w.-]+(?::\d+)?)/([\w.-]+(?:/[\w.-]+)*)")
SCOPE = "https://servicebus.azure.net/.default"
CALL_SECONDS = 3.0
"""What sending may take before it is given up."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ServiceBusWake:
    """The Wake port over a queue, for whoever speaks to it."""

    client: PipelineClient[Any, Any]
    queue: str

    async def publish(self, run: str) -> None:
        """Send the run's id. A queue that is away is noted, and changes nothing."""
        try:
            await asyncio.to_thread(self._send, run)
        except AzureError as error:
            log.warning("nobody could be woken", extra={"run": run, "error": type(error).__name__})

    async def listen(self, seconds: float) -> Sequence[str]:
        """Nothing is heard here: wait the time."""
        await asyncio.sleep(seconds)
        return ()

    async def acknowledge(self, words: Sequence[str]) -> None:
        """Nothing was heard here."""

    def _send(self, run: str) -> None:
        where = self.client.format_url(f"/{self.queue}/messages")
        request = HttpRequest("POST", where, content=run.encode())
        self.client.send_request(request).raise_for_status()


def servicebus_wake(queue: str, environ: Mapping[str, str]) -> ServiceBusWake:
    """Over `sb://NAMESPACE.servicebus.windows.net/QUEUE`, as the app's identity. Raises BadRequest."""
    named = NAME.fullmatch(queue)
    if named is None:
        raise BadRequest(f"{queue!r} names no Service Bus queue.", "Write sb://NAMESPACE.servicebus.windows.net/QUEUE.")
    ca = environ.get("TOLLGATE_AZURE_CA", "")
    steps: list[Any] = [
        policies.UserAgentPolicy(user_agent="tollgate"),
        policies.RetryPolicy(retry_total=1, timeout=CALL_SECONDS),
        policies.BearerTokenCredentialPolicy(credential(ca, environ.get("AZURE_CLIENT_ID", "")), SCOPE),
    ]
    client: PipelineClient[Any, Any] = PipelineClient(
        f"https://{named[1]}", policies=steps, connection_verify=ca or True,
        connection_timeout=CALL_SECONDS, read_timeout=CALL_SECONDS,
    )  # fmt: skip
    return ServiceBusWake(client, named[2])
