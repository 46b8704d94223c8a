"""What one resource type does beyond being stored. Every part is optional: most types have no Kind at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from infra.local.azure.address import Address
from infra.local.azure.store import Resource, Store
from infra.local.faults import FaultBook
from workflow.model.base import Json


@dataclass(frozen=True)
class World:
    """Everything there is: what exists and what is to go wrong."""

    store: Store
    faults: FaultBook


def _nothing(_world: World, _resource: Resource) -> None:
    pass


def _accept(_world: World, _address: Address, _body: Json, _old: Resource | None) -> None:
    pass


def _any(_world: World, _resource: Resource, _body: Json) -> None:
    pass


def _take(_world: World, _resource: Resource, _change: Json) -> None:
    pass


def _plain(_world: World, resource: Resource, _query: Mapping[str, str]) -> Json:
    return resource.body


@dataclass(frozen=True)
class Action:
    """A POST on a resource. `run` returns the answer's body; a slow one is answered 202 and run when it is due.

    `check` reads what was sent, before that; it may raise Refusal.
    """

    run: Callable[[World, Resource], Json | None]
    slow: bool = False
    check: Callable[[World, Resource, Json], None] = _any


@dataclass(frozen=True)
class Kind:
    """Hooks of one type, in the order of a resource's life. Any of them may raise Refusal, except `view` and `gone`.

    `check`: may this body be put there? `made`: fill in what Azure fills in. `ready`: the long-running creation ends;
    a Refusal here leaves the resource as Failed. `patched`: may this change be merged into it? `view`: what a reader
    sees. `keep`: may it be deleted? `gone`: what goes with it. `instant`: created and deleted without a long-running
    operation; `drops`: deleted so.
    """

    check: Callable[[World, Address, Json, Resource | None], None] = _accept
    made: Callable[[World, Resource], None] = _nothing
    ready: Callable[[World, Resource], None] = _nothing
    patched: Callable[[World, Resource, Json], None] = _take
    view: Callable[[World, Resource, Mapping[str, str]], Json] = _plain
    keep: Callable[[World, Resource], None] = _nothing
    gone: Callable[[World, Resource], None] = _nothing
    actions: Mapping[str, Action] = field(default_factory=dict)
    instant: bool = False
    drops: bool = False


Read = Callable[[World, Address], Json]
"""A GET that is no stored resource: a machine's instance view, a location's usages."""
