"""A console on which what others wrote is only text: it cannot move the cursor, hide or turn around what stands there.

Requests, reasons, names in clouds and the clouds' own messages are shown; any of them may hold a terminal's control
sequences, or characters that change the direction of what follows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from rich.console import Console
from rich.segment import Segment

_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


class Screen(Console):
    """Rich's console with `visible` text."""

    def render(self, renderable: Any, options: Any = None) -> Iterable[Segment]:
        """As Rich renders it; the console's own control codes stay."""
        for part in super().render(renderable, options):
            yield part if part.control else Segment(visible(part.text), part.style)


def visible(text: str) -> str:
    """The text with what a terminal would act on written out, as JSON and Python write it."""
    return _UNSEEN.sub(lambda found: f"\\u{ord(found.group()):04x}", text)
