"""Logs as one JSON object a line, with the ids of the call that each line belongs to.

Of what is passed along only names on a list are written, and of an exception its type and place: a message or a
traceback may quote a secret.
"""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime

from mcp_handlers.kernel import faults, telemetry
from workflow.model.base import Json

EXTRA = ("code", "milliseconds", "status", "region", "phase", "attempt")
TALKATIVE = ("azure", "httpx", "botocore", "google", "urllib3")
"""Libraries that tell their requests with headers, and headers carry tokens."""


def entry(record: logging.LogRecord) -> Json:
    """A log record as it is written."""
    extra = {name: vars(record)[name] for name in EXTRA if name in vars(record)}
    fault = {"fault": faults.told(record.exc_info[1])} if record.exc_info and record.exc_info[1] else {}
    return {
        "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname,
        "logger": record.name,
        "message": record.getMessage(),
        **telemetry.current().ids(),
        **extra,
        **fault,
    }


class Lines(logging.Formatter):
    """Writes `entry` as a line."""

    def format(self, record: logging.LogRecord) -> str:
        """One JSON object."""
        return json.dumps(entry(record), ensure_ascii=False, default=str)


def install() -> None:
    """Write this process's logs as JSON lines, from INFO on, in the handlers that there are."""
    root = logging.getLogger()
    if not root.handlers:
        root.addHandler(logging.StreamHandler())
    for handler in root.handlers:
        handler.setFormatter(Lines())
    root.setLevel(logging.INFO)
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
