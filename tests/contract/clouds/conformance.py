"""The cases that every tool passes on every cloud. A tool's own file names the tool, and what is particular to it."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, ClassVar

import pytest

from functions.registry import contract, room
from mcp_handlers.kernel.endpoint import Endpoint
from mcp_handlers.tools.contract import Undo
from tests.contract.clouds.mistakes import mistakes
from tests.contract.clouds.world import TAGS, World
from tests.fakes.world import World as Around
from tests.fakes.world import call
from workflow.model.base import Json
from workflow.model.errors import NoPermission, OutcomeUnknown, Retryable, Throttled, TollgateError

SLOW_MS = 450
"""More than an impatient client waits."""


class Reads:
    """A tool that reads. `asked`: its arguments, but for what a World adds; `at_odds`: fields that are each right and
    not together, each after some words of what is said."""

    tool: ClassVar[str]
    asked: ClassVar[Json] = {}
    at_odds: ClassVar[list[tuple[str, Json]]] = []

    def arguments(self, world: World) -> Json:
        """A valid call's, with what it needs made."""
        fields = contract(self.tool).input.model_fields
        whose = {"tags": TAGS} if "tags" in fields else {"tenant": "acme"} if "tenant" in fields else {}
        return {**whose, **self.asked, **world.ready(self.tool)}

    def strike(self, world: World, kind: str, **how: Any) -> None:
        """A fault where the tool does what it is for."""
        world.fault(kind, operation=world.writes.get(self.tool, ""), **how)

    async def test_every_field_that_is_wrong_is_named_and_no_cloud_is_asked(self, world: World) -> None:
        arguments, tool, around = self.arguments(world), contract(self.tool), Around()
        own = {"cloud": world.cloud, "handler": room(world.cloud, self.tool).call, "clients": _nobody}
        endpoint = Endpoint(replace(around.function(tool), **own))
        at_odds = [(words, "at odds", {**arguments, **odd}) for words, odd in self.at_odds]
        wrong = [*mistakes(tool, arguments), *at_odds]
        assert all(field for field, _, _ in wrong)
        passed = {}
        for field, what, given in wrong:
            answer = await endpoint.rpc(around.headers(self.tool, given, plane=world.cloud), call(self.tool, given))
            error = _error(json.loads(answer.body))
            if error.get("code") != "BAD_REQUEST" or field not in error["message"]:
                passed[f"{field} {what}"] = error
        assert passed == {}

    def test_a_valid_call_is_answered(self, world: World) -> None:
        arguments = self.arguments(world)
        made = world.perform(self.tool, arguments)
        assert isinstance(made, contract(self.tool).output)
        assert world.perform(self.tool, arguments).model_dump(exclude={"health"}) == made.model_dump(exclude={"health"})

    @pytest.mark.parametrize(
        ("kind", "raised"), [("throttle", Throttled), ("no_permission", NoPermission)], ids=["throttled", "forbidden"]
    )
    def test_a_refusal_has_its_error_and_changes_nothing(
        self, world: World, kind: str, raised: type[TollgateError]
    ) -> None:
        arguments, before = self.arguments(world), world.held(self.tool)
        self.strike(world, kind)
        with pytest.raises(raised):
            world.perform(self.tool, arguments)
        world.heal()
        assert world.held(self.tool) == before

    def test_a_cloud_that_does_not_answer_in_time_may_be_asked_again(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        arguments, clients = self.arguments(world), world.impatient(monkeypatch)
        self.strike(world, "latency", latency_ms=SLOW_MS)
        with pytest.raises(Retryable):
            world.perform(self.tool, arguments, clients=clients)


class Writes(Reads):
    """A tool that changes something: once, however often it is told to."""

    adds: ClassVar[bool] = True
    """Whether one more thing is there afterwards; else, what is there is another."""

    def once(self, world: World, before: list[str]) -> list[str]:
        """What is there after one effect."""
        after = world.held(self.tool)
        assert after != before
        assert len(after) == len(before) + self.adds
        return after

    def test_a_valid_call_is_answered(self, world: World) -> None:
        arguments, before = self.arguments(world), world.held(self.tool)
        made = world.perform(self.tool, arguments)
        after = self.once(world, before)
        assert isinstance(made, contract(self.tool).output)
        assert world.perform(self.tool, arguments) == made
        assert world.held(self.tool) == after

    def test_twenty_at_once_are_one_effect(self, world: World) -> None:
        arguments, before = self.arguments(world), world.held(self.tool)
        with ThreadPoolExecutor(20) as pool:
            made = list(pool.map(lambda _: world.perform(self.tool, arguments), range(20)))
        assert made == [made[0]] * 20
        self.once(world, before)

    @pytest.mark.parametrize("fate", ["error", "lost"])
    def test_after_an_answer_that_was_lost_the_same_call_leaves_one_effect(self, world: World, fate: str) -> None:
        arguments, before = self.arguments(world), world.held(self.tool)
        self.strike(world, fate, times=1)
        with pytest.raises(OutcomeUnknown):
            world.perform(self.tool, arguments)
        made = world.perform(self.tool, arguments)
        self.once(world, before)
        assert world.perform(self.tool, arguments) == made

    def test_a_cloud_that_does_not_answer_in_time_may_be_asked_again(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        arguments, before = self.arguments(world), world.held(self.tool)
        with monkeypatch.context() as patched:
            clients = world.impatient(patched)
            self.strike(world, "latency", latency_ms=SLOW_MS, times=1)
            with pytest.raises(OutcomeUnknown):
                world.perform(self.tool, arguments, clients=clients)
        world.perform(self.tool, arguments)
        self.once(world, before)

    def test_an_undo_leaves_what_was_before(self, world: World) -> None:
        arguments, before = self.arguments(world), world.held(self.tool)
        made = world.perform(self.tool, arguments)
        for number, undo in enumerate(self.undone(arguments, made)):
            world.perform(undo.tool, undo.arguments, f"{number}" * 40)
        assert world.held(self.tool) == before

    def undone(self, arguments: Json, made: Any) -> list[Undo]:
        """The calls that take it back."""
        tool = contract(self.tool)
        assert tool.undo is not None
        undos = tool.undo(tool.input.model_validate(arguments), made)
        assert undos
        return undos


class Creates(Writes):
    """A tool that makes a resource, which is released again."""

    def test_what_is_gone_is_not_found_and_not_released_again(self, world: World) -> None:
        arguments = self.arguments(world)
        made = world.perform(self.tool, arguments)
        (undo,) = self.undone(arguments, made)
        released = [world.perform(undo.tool, undo.arguments, key * 40).released for key in "01"]
        assert released == [True, False]
        assert world.perform("get_health", undo.arguments).health.status == "gone"


class Starts(Creates):
    """A tool that starts `count` machines at once."""

    @pytest.fixture
    def three(self, world: World) -> Json:
        """A valid call's arguments, for three."""
        return {**self.arguments(world), "count": 3}

    def test_three_asked_for_twenty_times_at_once_are_three(self, world: World, three: Json) -> None:
        before = set(world.held(self.tool))
        with ThreadPoolExecutor(20) as pool:
            made = list(pool.map(lambda _: world.perform(self.tool, three), range(20)))
        assert made == [made[0]] * 20
        assert len({one.id for one in made[0].resources}) == 3
        assert len(set(world.held(self.tool)) - before) == 3

    @pytest.mark.parametrize("fate", ["error", "lost"])
    def test_three_whose_answer_was_lost_are_three_and_released_one_by_one(
        self, world: World, three: Json, fate: str
    ) -> None:
        before = set(world.held(self.tool))
        self.strike(world, fate, times=1)
        with pytest.raises(OutcomeUnknown):
            world.perform(self.tool, three)
        made = world.perform(self.tool, three)
        assert world.perform(self.tool, three) == made
        assert (len({one.id for one in made.resources}), len(set(world.held(self.tool)) - before)) == (3, 3)

        for number, undo in enumerate(self.undone(three, made), 1):
            assert world.perform(undo.tool, undo.arguments, f"{number}" * 40).released
            assert len(set(world.held(self.tool)) - before) == 3 - number


def _nobody() -> Any:
    raise AssertionError("a cloud was to be asked")


def _error(answer: Json) -> Json:
    told: Json = answer.get("result", answer.get("error", {}))
    found: Json = told.get("_meta", told.get("data", {}))
    return dict(found.get("tollgate/error", found))
