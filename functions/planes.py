"""Where the planes are that are not on this machine: what TOLLGATE_URLS says."""

from __future__ import annotations

from urllib.parse import urlsplit

from workflow.model.errors import BadRequest

URLS = "TOLLGATE_URLS"
"""The setting: base addresses as `name=https://…`, with spaces between them; the name is `control` or a cloud's."""
CONTROL = "control"


def addresses(setting: str) -> dict[str, str]:
    """The base addresses, by name and without a slash at the end. Raises BadRequest for what is none."""
    found = {}
    for word in setting.split():
        name, _, url = word.partition("=")
        if not name.isalnum() or not _is_address(url):
            raise BadRequest(f"{URLS} has {name[:64]!r} without an address.", f"Write {CONTROL}=https://… there.")
        found[name] = url.rstrip("/")
    return found


def _is_address(url: str) -> bool:
    try:
        return urlsplit(url).scheme in ("http", "https") and bool(urlsplit(url).hostname)
    except ValueError:
        return False
