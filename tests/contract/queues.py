"""Queues as the Wake port's shared cases see them: fresh, well, and made to misbehave."""

from __future__ import annotations

import secrets
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import boto3
import httpx
import pytest
from google.cloud.pubsub_v1 import PublisherClient, SubscriberClient

from functions.orchestrate.pubsub import pubsub_wake
from functions.orchestrate.sqs import SqsWake, sqs_wake
from infra.local.faults import Fault, FaultBook
from infra.local.pubsub.broker import Broker
from infra.local.pubsub.service import serve
from workflow.model.wake import Wake


class Queue(ABC):
    """An empty queue. `name` is what an operator sets; `saying`, `hearing` and `acknowledging` are the operations that
    a fault names."""

    name: str
    wake: Wake
    gone: Wake
    """The port over a queue that there is not."""
    saying: str
    hearing: str
    acknowledging: str

    @abstractmethod
    def fault(self, kind: str, operation: str = "") -> None:
        """Put a fault in force until it is healed."""

    @abstractmethod
    def heal(self) -> None:
        """Take all faults away."""

    @abstractmethod
    def give_back(self, words: Sequence[str]) -> None:
        """Let these come again at once, in this order, as if the time to acknowledge them were over."""


class Sqs(Queue):
    """Amazon SQS: boto3 against the AWS emulator at `url`."""

    saying, hearing, acknowledging = "SendMessage", "ReceiveMessage", "DeleteMessageBatch"

    def __init__(self, url: str) -> None:
        self._url, self._client = url, boto3.client("sqs")
        self.name = self._client.create_queue(QueueName=f"wake-{secrets.token_hex(4)}")["QueueUrl"]
        self.wake = sqs_wake(self.name)
        self.gone = SqsWake(self._client, f"{self.name}-gone")

    def fault(self, kind: str, operation: str = "") -> None:
        told = Fault.model_validate({"kind": kind, "operation": operation})
        httpx.post(f"{self._url}/_tollgate/faults", content=told.model_dump_json()).raise_for_status()

    def heal(self) -> None:
        httpx.delete(f"{self._url}/_tollgate/faults").raise_for_status()

    def give_back(self, words: Sequence[str]) -> None:
        for word in words:
            self._client.change_message_visibility(QueueUrl=self.name, ReceiptHandle=word, VisibilityTimeout=0)


class Pubsub(Queue):
    """Google Cloud Pub/Sub: the official client against the emulator whose faults these are."""

    saying, hearing, acknowledging = "Publish", "Pull", "Acknowledge"

    def __init__(self, faults: FaultBook) -> None:
        self._faults, self._subscriber = faults, SubscriberClient()
        name = f"wake-{secrets.token_hex(4)}"
        topic, self.name = f"projects/acme/topics/{name}", f"projects/acme/subscriptions/{name}"
        PublisherClient().create_topic(name=topic)
        self._subscriber.create_subscription(name=self.name, topic=topic)
        self.wake = pubsub_wake(self.name)
        self.gone = pubsub_wake(f"{self.name}-gone")

    def fault(self, kind: str, operation: str = "") -> None:
        self._faults.add(Fault.model_validate({"kind": kind, "operation": operation}))

    def heal(self) -> None:
        self._faults.clear()

    def give_back(self, words: Sequence[str]) -> None:
        for word in words:
            self._subscriber.modify_ack_deadline(subscription=self.name, ack_ids=[word], ack_deadline_seconds=0)


@contextmanager
def running_pubsub(patched: pytest.MonkeyPatch) -> Iterator[FaultBook]:
    """The local Pub/Sub, where the official clients look for an emulator; its faults."""
    faults = FaultBook()
    server, port = serve(0, Broker(), faults)
    patched.setenv("PUBSUB_EMULATOR_HOST", f"127.0.0.1:{port}")
    try:
        yield faults
    finally:
        server.stop(None).wait(10)


def aws_environment(patched: pytest.MonkeyPatch, told: dict[str, Any]) -> None:
    """What boto3 needs to find the emulator."""
    for name, value in told.items():
        if name.startswith("AWS_"):
            patched.setenv(name, value)
    patched.setenv("AWS_DEFAULT_REGION", "eu-west-1")
