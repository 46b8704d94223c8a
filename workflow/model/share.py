"""How the variants behind an endpoint share its traffic."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field

from workflow.model.base import Noun

ALL = 100


class Share(Noun):
    """What a variant gets of an endpoint's traffic, in percent. `variant` is the cloud's own name for it."""

    variant: str
    percent: int = Field(ge=0, le=ALL)


Shares = tuple[Share, ...]
"""An endpoint's variants, oldest first. Where there are any, the percentages add up to 100."""


def written(shares: Shares) -> str:
    """Shares in letters, digits, `-` and `_`, for a tag or label; `read` reads them."""
    return "_".join(f"{share.variant}-{share.percent}" for share in shares)


def read(text: str) -> Shares:
    """The inverse of `written`."""
    pairs = (part.rpartition("-") for part in text.split("_") if part)
    return tuple(Share(variant=variant, percent=int(percent)) for variant, _, percent in pairs)


def remaining(before: Sequence[Share], variant: str) -> Shares:
    """The shares once `variant` is released: all of the traffic goes to the newest that is left."""
    left = [share for share in before if share.variant != variant]
    return tuple(Share(variant=share.variant, percent=ALL if share is left[-1] else 0) for share in left)
