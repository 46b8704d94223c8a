"""Which queue wakes the orchestrators: what TOLLGATE_WAKE_QUEUE says."""

from __future__ import annotations

from collections.abc import Mapping

from workflow.model.errors import BadRequest
from workflow.model.wake import Silent, Wake

QUEUE = "TOLLGATE_WAKE_QUEUE"
"""The setting: an SQS queue's URL. Empty: there is none, and due runs wait for the next tick."""


def wake(environ: Mapping[str, str]) -> Wake:
    """The queue that is set. Raises BadRequest for what is no queue."""
    queue = environ.get(QUEUE, "")
    if not queue:
        return Silent()
    if not queue.startswith(("https://", "http://")):
        raise BadRequest(f"{QUEUE} is no SQS queue's URL.", "Copy it from the queue's page, or leave it empty.")
    # Only who has a queue there pays for the SDK.
    from functions.orchestrate.sqs import sqs_wake

    return sqs_wake(queue)
