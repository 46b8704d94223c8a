"""What is to be taken back, as values: receipts into undo calls, and what failed into what is left behind. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mcp_handlers.tools.contract import Tool
from workflow.model.base import Cloud, Json, Noun
from workflow.model.plan import Step
from workflow.model.resource import Receipt, Resource
from workflow.model.run import Remnant

BY_HAND = "Release it with `tollgate cleanup --apply` once that works, or in the cloud's own console."
LOOK = "Look with `tollgate cleanup`: it finds by its tags what this call may have made, and releases it with --apply."


class Pending(Noun):
    """One call that takes an effect back and is not done yet. Its name makes its key, so it happens once however often
    it is tried. `effect` is the key of what it takes back; `resource` is None for what names none."""

    tool: str
    cloud: Cloud
    arguments: Json
    step: str
    effect: str
    resource: Resource | None

    def left(self, code: str, message: str, remedy: str) -> Remnant:
        """What stays where this call cannot be made."""
        region = self.resource.region if self.resource else str(self.arguments.get("region", ""))
        return Remnant(
            resource=self.resource,
            tool=self.tool,
            cloud=self.cloud,
            region=region,
            key=self.effect,
            code=code,
            message=message,
            remedy=f"{remedy} {BY_HAND}".strip(),
        )


def pending(contracts: Mapping[str, Tool], steps: Sequence[Step], receipts: Sequence[Receipt]) -> list[Pending]:
    """The calls that take these receipts of these steps back: the last effect first."""
    by_key = {step.key: step for step in steps}
    return [one for receipt in reversed(receipts) for one in _of(contracts, by_key[receipt.key], receipt)]


def _of(contracts: Mapping[str, Tool], step: Step, receipt: Receipt) -> list[Pending]:
    # As it was when the call was made: a run may outlive its tool's contract.
    contract = contracts[receipt.tool].at(step.version)
    if contract.undo is None:
        return []
    wanted, made = contract.input.model_validate(step.arguments), contract.output.model_validate(receipt.output)
    return [
        Pending(
            tool=undo.tool,
            cloud=receipt.cloud,
            arguments=undo.arguments,
            step=f"undo-{number}-{step.name}",
            effect=receipt.key,
            resource=_resource(undo.arguments, receipt),
        )
        for number, undo in enumerate(contract.undo(wanted, made))
    ]


def _resource(arguments: Json, receipt: Receipt) -> Resource | None:
    """What the call is about: its own resource, else what the effect changed and did not create."""
    found = arguments.get("resource") or receipt.output.get("resource") or receipt.output.get("endpoint")
    return Resource.model_validate(found) if found else None


def possibly(step: Step, code: str, message: str) -> Remnant:
    """What a step may have made of which nobody could say what became."""
    return Remnant(
        resource=None,
        tool=step.tool,
        cloud=step.cloud,
        region=str(step.arguments.get("region", "")),
        key=step.key,
        certain=False,
        code=code,
        message=message,
        remedy=LOOK,
    )
