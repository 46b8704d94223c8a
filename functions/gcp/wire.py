"""A request's headers as the kernel takes them."""

from __future__ import annotations

from collections.abc import Iterable

FORWARDED = "x-forwarded-authorization"
"""Where Google's API Gateway puts the caller's token: `Authorization` has its own, which Cloud Run checks."""


def headers_of(sent: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Names in lower case, one that is sent twice joined, and the caller's own token where the kernel looks for it.

    The kernel verifies the token wherever it came from, so whoever sends that header itself gains nothing.
    """
    found: dict[str, str] = {}
    for name, value in ((name.lower(), value) for name, value in sent):
        found[name] = f"{found[name]}, {value}" if name in found else value
    forwarded = found.pop(FORWARDED, None)
    return found if forwarded is None else {**found, "authorization": forwarded}
