"""Which queue wakes the orchestrators: what TOLLGATE_WAKE_QUEUE says."""

from __future__ import annotations

from collections.abc import Mapping

from workflow.model.errors import BadRequest
from workflow.model.wake import Silent, Wake

QUEUE = "TOLLGATE_WAKE_QUEUE"
"""The setting: an SQS queue's URL, or a Pub/Sub subscription's name, `projects/P/subscriptions/S`. With a topic's,
`projects/P/topics/T`, runs are told of and nobody here listens: for a topic that is pushed to the orchestrator. So it
is with a queue of Azure Service Bus, `sb://NAMESPACE.servicebus.windows.net/Q`. Empty: there is none, and due runs wait
for the next tick."""
EMULATOR = "PUBSUB_EMULATOR_HOST"
"""Where Google's own clients look for Pub/Sub instead of at Google, as host:port."""


def wake(environ: Mapping[str, str]) -> Wake:
    """The queue that is set. Raises BadRequest for what is no queue."""
    queue = environ.get(QUEUE, "")
    if not queue:
        return Silent()
    # Only who has a queue there pays for the SDK.
    if queue.startswith("projects/"):
        from functions.orchestrate.pubsub import pubsub_wake

        return pubsub_wake(queue)
    if queue.startswith("sb://"):
        from functions.orchestrate.servicebus import servicebus_wake

        return servicebus_wake(queue, environ)
    if queue.startswith(("https://", "http://")):
        from functions.orchestrate.sqs import sqs_wake

        return sqs_wake(queue)
    raise BadRequest(
        f"{QUEUE} names no queue.",
        "Set an SQS queue's URL, projects/PROJECT/subscriptions/NAME of Pub/Sub, sb://… of Service Bus, or nothing.",
    )
