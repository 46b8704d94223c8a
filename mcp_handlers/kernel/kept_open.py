"""Connections are kept open between calls. The other side may close one, for want of use, just as it is used again:
whoever asks is then told that the connection ended, and nothing about the cloud. A read is sent again."""

from __future__ import annotations

CLOSED = 4
"""Connections that a read may find closed, one after the other, before that is the cloud's fault: a process that its
platform froze finds all that it had, and a run asks a cloud so much at once."""
