"""Waking by Amazon SQS. The queue is one of the operator's; its messages hold a run's id and nothing else."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from workflow.model.errors import BadRequest

LONGEST_POLL = 20
"""Seconds that SQS lets one receive wait."""
AT_ONCE = 10
"""Messages that SQS gives at once."""
TROUBLE = (BotoCoreError, ClientError)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class SqsWake:
    """The Wake port over a queue, named by its URL."""

    client: Any
    queue: str

    async def publish(self, run: str) -> None:
        """Send the run's id. A queue that is away is noted, and changes nothing."""
        try:
            await asyncio.to_thread(self.client.send_message, QueueUrl=self.queue, MessageBody=run)
        except TROUBLE as error:
            log.warning("nobody could be woken", extra={"run": run, "error": type(error).__name__})

    async def listen(self, seconds: float) -> Sequence[str]:
        """Wait for messages. Where the queue is away, wait the time without it."""
        wait = max(0, min(int(seconds), LONGEST_POLL))
        try:
            answer = await asyncio.to_thread(
                self.client.receive_message, QueueUrl=self.queue, MaxNumberOfMessages=AT_ONCE, WaitTimeSeconds=wait
            )
        except TROUBLE as error:
            log.warning("the queue cannot be heard", extra={"error": type(error).__name__})
            await asyncio.sleep(seconds)
            return ()
        return tuple(message["ReceiptHandle"] for message in answer.get("Messages", ()))

    async def acknowledge(self, words: Sequence[str]) -> None:
        """Delete the messages; one that could not be deleted comes again, and wakes for nothing."""
        entries = [{"Id": str(number), "ReceiptHandle": word} for number, word in enumerate(words)]
        if not entries:
            return
        try:
            await asyncio.to_thread(self.client.delete_message_batch, QueueUrl=self.queue, Entries=entries)
        except TROUBLE as error:
            log.warning("messages will come again", extra={"error": type(error).__name__})


def sqs_wake(queue: str) -> SqsWake:
    """Over the queue at this URL, with the credentials and the region of the environment. Raises BadRequest."""
    config = Config(connect_timeout=3, read_timeout=LONGEST_POLL + 5, retries={"total_max_attempts": 2})
    try:
        return SqsWake(boto3.client("sqs", config=config), queue)
    except BotoCoreError as error:
        raise BadRequest(f"There is no way to the queue: {error}", "Set AWS_REGION and credentials.") from None
