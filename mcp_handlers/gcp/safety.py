"""What is never made, whoever asks and whatever a gate may have said."""

from __future__ import annotations

from mcp_handlers.tools.contract import Placed
from workflow.model.errors import Rejected


def check(wanted: Placed) -> None:
    """Raise Rejected where something is asked for without encryption or open to the public."""
    if not wanted.encrypted:
        raise Rejected("gcp: Google encrypts everything at rest; it cannot be left off", "Ask for encryption.")
    if wanted.public:
        raise Rejected("gcp: nothing is made with public access", "Ask for it without public access.")
