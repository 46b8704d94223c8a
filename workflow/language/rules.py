"""Reading by rules: every field has a module of its own that reads the same normal text. Pure: no clock, no network."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import ValidationError

from workflow.language import regions
from workflow.language.corrections import corrected
from workflow.language.fields import FIELDS, Fields
from workflow.language.legible import check
from workflow.language.normal import normal
from workflow.language.scope import clauses_without_orders, without_orders, without_past
from workflow.model.errors import BadRequest, Unclear
from workflow.model.workload import Workload

_WHAT = "What should run, and on which machines or how much storage?"


class NoWork(Unclear):
    """The rules find no work in the text. A reader that knows more words may."""


def parse(text: str) -> Workload:
    """The Workload that the text asks for. Raises BadRequest for text that is no text, names no cloud work, or
    contradicts itself."""
    return read(text, FIELDS)


def read(text: str, names: Iterable[str]) -> Workload:
    """The same with no more of its fields read than these, the others as they are where nothing is said."""
    check(text)
    whole = corrected(normal(text)[0])
    named = regions.named(without_past(whole))
    for tidy in (without_orders, clauses_without_orders):
        fields = Fields(without_past(tidy(whole)), named)
        if fields.kind is not None:
            return _workload(fields, names)
    raise NoWork("The text names no work that a cloud could do.", _WHAT)


def _workload(fields: Fields, names: Iterable[str]) -> Workload:
    try:
        return Workload(**{"kind": fields.kind, **{name: FIELDS[name](fields) for name in names}})
    except ValidationError as error:
        first = error.errors()[0]
        raise BadRequest(
            f"{first['loc'][0]} is out of range: {first['msg']}.", "Correct the figure and send it again."
        ) from None
