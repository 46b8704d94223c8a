"""What an operator does in an emergency: stop writes, revoke, and change the signing keys. All of it is told to the
ledger, counts in the control plane at once, and reaches every function with the document that it reads its keys from.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import get_args

from pydantic import ValidationError

from mcp_handlers.kernel.jws import Keys
from workflow.control.keyring import AHEAD, Ring, change_ring, fresh_key, retired, rotated
from workflow.control.signing import Publishes, RingSigner, publish
from workflow.model.base import Json
from workflow.model.emergency import REASON, Emergencies, Freeze, Revocable, Revocation, Scope, Stop
from workflow.model.errors import BadRequest, NotFound, Unauthorized
from workflow.model.ports import Clock, Event, Store
from workflow.model.principal import Principal
from workflow.model.switch import Off

LEDGER = "emergency"
"""Under which run the ledger has these entries."""
_LISTS: dict[Revocable, str] = {"key": "kids", "tenant": "tenants", "principal": "principals"}


async def freezes(store: Emergencies) -> list[Freeze]:
    """Those that are on, as the gate is told of them."""
    return [stop.freeze for stop in await store.list_freezes()]


async def insist_standing(store: Emergencies, principal: Principal) -> None:
    """Raises Unauthorized for a principal that was revoked, or whose tenant was."""
    held = {(each.kind, each.name) for each in await store.list_revocations()}
    if held & {("principal", principal.id), ("tenant", principal.tenant)}:
        raise Unauthorized(f"{principal.id} of {principal.tenant} was revoked.", "`tollgate revoke list` says why.")


@dataclass
class _Read:
    """The document as it was read last, and the keys that it says."""

    document: Json = field(default_factory=dict)
    keys: Keys | None = None


@dataclass(frozen=True)
class Standing:
    """What is believed at this moment: the signer's keys but for what the store has as revoked. `local`: this
    machine's own keys."""

    store: Store
    signer: Publishes
    clock: Clock
    local: bool = False
    _last: _Read = field(default_factory=_Read, repr=False, compare=False, kw_only=True)

    async def document(self) -> Json:
        """The public keys, what was revoked and what is switched off: what functions read."""
        held, switches = await self.store.list_standing()
        revoked: dict[str, list[str]] = {name: [] for name in _LISTS.values()}
        for each in held:
            revoked[_LISTS[each.kind]].append(each.name)
        return {**self.signer.jwks(), "revoked": revoked, "off": Off.of(switches).told()}

    async def dated(self) -> Json:
        """The document as it is served: whoever reads it can tell how old it is."""
        return {**await self.document(), "at": int(self.clock.now().timestamp())}

    async def trusted(self, kid: str, *, writes: bool) -> Keys:
        """The `Trust` port of the control plane itself: as things stand this moment. The keys are made anew, and
        forget which signatures were good, when the document says something else than the last time."""
        document = await self.document()
        if self._last.keys is None or self._last.document != document:
            self._last.document, self._last.keys = document, Keys(document, local=self.local)
        return self._last.keys


@dataclass(frozen=True)
class Emergency(Standing):
    """The operator's hand, as `who`, on a store and the folder of the signing keys."""

    signer: RingSigner
    who: str = ""

    async def publish(self) -> None:
        """Write the document beside the keys, for functions on this machine."""
        publish(self.signer.folder, await self.document())

    async def freeze(self, scope: Scope, name: str, reason: str) -> bool:
        """Stop writes; False where they were stopped there before."""
        try:
            stop = Stop(scope=scope, name=name, reason=reason, who=self.who, at=self.clock.now())
        except ValidationError as error:
            raise _unfit(error) from None
        return await self.store.freeze(stop, self.event("freeze.set", stop.model_dump(mode="json")))

    async def unfreeze(self, scope: Scope, name: str) -> None:
        """Let writes go on. Raises NotFound where they were not stopped."""
        event = self.event("freeze.lifted", {"scope": scope, "name": name, "who": self.who})
        if not await self.store.unfreeze(scope, name, event):
            raise NotFound(f"There is no freeze of {_named(scope, name)}.", "`tollgate freeze list` shows them.")

    async def revoke(self, kind: Revocable, name: str, reason: str) -> bool:
        """Revoke; False where it was revoked before. The key that signs is replaced by a new one."""
        ring = self.signer.ring()
        if kind == "key" and name not in {key.kid for key in ring.keys}:
            raise BadRequest(f"There is no key {name}.", "`tollgate keys list` shows them.")
        try:
            held = Revocation(kind=kind, name=name, reason=reason, who=self.who, at=self.clock.now())
        except ValidationError as error:
            raise _unfit(error) from None
        new = await self.store.revoke(held, self.event("revocation.made", held.model_dump(mode="json")))
        if kind == "key" and name in (ring.signing(held.at).kid, ring.keys[-1].kid):
            await self.rotate(ahead=timedelta(0))
        await self.publish()
        return new

    async def restore(self, kind: Revocable, name: str) -> None:
        """Take a revocation back. Raises NotFound where there was none."""
        event = self.event("revocation.undone", {"kind": kind, "name": name, "who": self.who})
        if not await self.store.restore(kind, name, event):
            raise NotFound(f"The {kind} {name} is not revoked.", "`tollgate revoke list` shows what is.")
        await self.publish()

    async def rotate(self, ahead: timedelta = AHEAD) -> Ring:
        """A new key signs, `ahead` from now; the one before it verifies until nothing that it signed can hold."""
        now = self.clock.now()
        ring = change_ring(self.signer.folder, lambda known: rotated(known, fresh_key(now + ahead)), now)
        told = {"signs": ring.keys[-1].kid, "stops": ring.keys[-2].kid, "who": self.who}
        await self.store.append(self.event("key.rotated", told))
        await self.publish()
        return ring

    async def retire(self, kid: str = "") -> list[str]:
        """Take away the keys whose time is over, or that one; returns their names. Raises BadRequest if too early."""
        now, before = self.clock.now(), self.signer.ring()
        after = change_ring(self.signer.folder, lambda known: retired(known, now, kid), now)
        gone = [key.kid for key in before.keys if key not in after.keys]
        if gone:
            await self.store.append(self.event("key.retired", {"kids": gone, "who": self.who}))
        await self.publish()
        return gone

    def event(self, kind: str, body: Json) -> Event:
        """The ledger's entry of what the operator did."""
        tenant = body["name"] if "tenant" in (body.get("scope"), body.get("kind")) else ""
        return Event(run=LEDGER, tenant=tenant, kind=kind, body=body, at=self.clock.now())


def _named(scope: Scope, name: str) -> str:
    return scope if scope == get_args(Scope)[0] else f"{scope} {name}"


def _unfit(error: ValidationError) -> BadRequest:
    if error.errors(include_input=False, include_url=False)[0]["loc"][:1] == ("reason",):
        return BadRequest(f"A reason has 1 to {REASON} characters.", "Say why in some words.")
    return BadRequest("That is not a name.", "Names are lower-case letters, digits, . _ @ -, as they are in tokens.")
