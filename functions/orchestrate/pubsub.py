"""Waking by Google Cloud Pub/Sub. The subscription is one of the operator's; its messages hold a run's id and nothing
else."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from google.api_core.exceptions import DeadlineExceeded, GoogleAPIError
from google.api_core.retry import Retry
from google.auth.exceptions import GoogleAuthError
from google.cloud.pubsub_v1 import PublisherClient, SubscriberClient
from google.pubsub_v1 import PublisherClient as OneCall

from workflow.model.errors import BadRequest

NAME = re.compile(r"projects/[a-z0-9:.-]+/(topics|subscriptions)/[A-Za-z][\w.~+%-]{2,254}")
AT_ONCE = 100
"""Messages that are taken at once."""
LEAST_POLL = 0.5
"""Seconds; a pull that may wait for less hardly ever brings anything."""
CALL_SECONDS = 3.0
"""What sending and acknowledging may take before they are given up."""
AGAIN = Retry(initial=0.2, maximum=0.5, timeout=1.0)
TROUBLE = (GoogleAPIError, GoogleAuthError, TimeoutError)

log = logging.getLogger(__name__)


@dataclass
class PubsubWake:
    """The Wake port over a topic, or a subscription. Only who has a subscription hears anything; whose topic it is,
    Pub/Sub is asked when something is to be said first."""

    publisher: PublisherClient
    subscriber: SubscriberClient
    topic: str = ""
    subscription: str = field(default="", kw_only=True)

    async def publish(self, run: str) -> None:
        """Send the run's id. A queue that is away is noted, and changes nothing."""
        try:
            await asyncio.to_thread(self._send, run)
        except TROUBLE as error:
            log.warning("nobody could be woken", extra={"run": run, "error": type(error).__name__})

    async def listen(self, seconds: float) -> Sequence[str]:
        """Wait for messages. Where the queue is away or only a topic is known, wait the time without it."""
        if not self.subscription:
            await asyncio.sleep(seconds)
            return ()
        try:
            return await asyncio.to_thread(self._pull, max(seconds, LEAST_POLL))
        except DeadlineExceeded:
            return ()
        except TROUBLE as error:
            log.warning("the queue cannot be heard", extra={"error": type(error).__name__})
            await asyncio.sleep(seconds)
            return ()

    async def acknowledge(self, words: Sequence[str]) -> None:
        """Acknowledge the messages; one that could not be comes again, and wakes for nothing."""
        if not words:
            return
        told = {"subscription": self.subscription, "ack_ids": list(words)}
        try:
            await asyncio.to_thread(self.subscriber.acknowledge, request=told, retry=None, timeout=CALL_SECONDS)
        except TROUBLE as error:
            log.warning("messages will come again", extra={"error": type(error).__name__})

    def _send(self, run: str) -> None:
        if not self.topic:
            wanted = {"subscription": self.subscription}
            self.topic = self.subscriber.get_subscription(request=wanted, timeout=CALL_SECONDS).topic
        told = {"topic": self.topic, "messages": [{"data": run.encode()}]}
        # One call for one message. The client's own batches lose what is said just after a batch has failed.
        OneCall.publish(self.publisher, request=told, retry=AGAIN, timeout=CALL_SECONDS)

    def _pull(self, seconds: float) -> tuple[str, ...]:
        wanted = {"subscription": self.subscription, "max_messages": AT_ONCE}
        answer = self.subscriber.pull(request=wanted, retry=None, timeout=seconds)
        return tuple(message.ack_id for message in answer.received_messages)


def pubsub_wake(queue: str) -> PubsubWake:
    """Over `projects/P/subscriptions/S`, or `projects/P/topics/T` to be only spoken to, with the environment's
    credentials. Raises BadRequest."""
    named = NAME.fullmatch(queue)
    if named is None:
        raise BadRequest(
            f"{queue!r} names no Pub/Sub subscription or topic.",
            "Write projects/PROJECT/subscriptions/NAME, or projects/PROJECT/topics/NAME where others listen.",
        )
    try:
        clients = PublisherClient(), SubscriberClient()
    except GoogleAuthError as error:
        remedy = "Set GOOGLE_APPLICATION_CREDENTIALS, or run where a service account is."
        raise BadRequest(f"There is no way to Pub/Sub: {type(error).__name__}.", remedy) from None
    return PubsubWake(*clients, queue) if named[1] == "topics" else PubsubWake(*clients, subscription=queue)
