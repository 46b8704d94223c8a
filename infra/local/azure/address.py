"""Where a resource stands in Azure Resource Manager's tree, read from a URL's path."""

from __future__ import annotations

from dataclasses import dataclass, replace

from infra.local.azure.refusal import Refusal


@dataclass(frozen=True)
class Address:
    """`types` and `names` alternate below `provider`. One type more than names: a collection, or an action on what
    comes before it. Nothing below the group: the group itself (`provider` is empty)."""

    subscription: str
    group: str | None = None
    provider: str = ""
    types: tuple[str, ...] = ()
    names: tuple[str, ...] = ()

    @property
    def type(self) -> str:
        """`Microsoft.Compute/virtualMachines`, as the caller spelt it."""
        return "/".join((self.provider, *self.types)) if self.provider else "Microsoft.Resources/resourceGroups"

    @property
    def name(self) -> str:
        """The last name."""
        return self.names[-1] if self.names else self.group or self.subscription

    @property
    def id(self) -> str:
        """The path that says all of it."""
        parts = ["subscriptions", self.subscription]
        if self.group is not None:
            parts += ["resourceGroups", self.group]
        if self.provider:
            parts += ["providers", self.provider]
            for index, kind in enumerate(self.types):
                parts += [kind, *self.names[index : index + 1]]
        return "/" + "/".join(parts)

    @property
    def key(self) -> str:
        """The id in the one case that the store uses: Azure does not tell cases apart."""
        return self.id.lower()

    @property
    def open(self) -> bool:
        """True for a collection or an action, which end with a type."""
        return len(self.types) > len(self.names)

    @property
    def parent(self) -> Address:
        """One step up: the resource that a nested resource, collection or action belongs to."""
        if self.open:
            return replace(self, types=self.types[:-1])
        return replace(self, types=self.types[:-1], names=self.names[:-1])

    @property
    def shape(self) -> str:
        """Provider and types in lower case: what behaviour hangs on."""
        return "/".join((self.provider, *self.types)).lower()


def parse(path: str) -> Address:
    """The address that a path names. Raises Refusal (404) for a path that is none."""
    parts = [part for part in path.split("/") if part]
    if len(parts) < 2 or parts[0].lower() != "subscriptions":
        raise Refusal(404, "InvalidResource", f"There is nothing at '{path}'.")
    address, rest = Address(parts[1]), parts[2:]
    if rest and rest[0].lower() == "resourcegroups":
        if len(rest) == 1:
            return replace(address, provider="Microsoft.Resources", types=("resourceGroups",))
        address, rest = replace(address, group=rest[1]), rest[2:]
    if rest and rest[0].lower() == "providers" and len(rest) >= 3:
        return replace(address, provider=rest[1], types=tuple(rest[2::2]), names=tuple(rest[3::2]))
    if rest:
        return replace(address, provider="Microsoft.Resources", types=tuple(rest[::2]), names=tuple(rest[1::2]))
    return address
