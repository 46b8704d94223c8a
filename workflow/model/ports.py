"""What the workflow needs from the world. Each port has one contract suite in `tests/contract`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal, Protocol

from workflow.model.answering import Deliveries, Outbox
from workflow.model.api_key import ApiKey
from workflow.model.approval import Approval, ApprovalRequest, Asked, Closing, Elevation
from workflow.model.base import Cloud, Json, Noun
from workflow.model.decision import Decision
from workflow.model.deployment import Deployments, Savings
from workflow.model.emergency import Emergencies
from workflow.model.lease import Leases
from workflow.model.listing import Listings
from workflow.model.model_spending import ModelSpending
from workflow.model.outage import Outages
from workflow.model.resource import Receipt
from workflow.model.run import Record as RunRecord
from workflow.model.run import Run, State
from workflow.model.spending import Spending
from workflow.model.standing import Standings
from workflow.model.submission import Submissions
from workflow.model.switch import Switches
from workflow.model.workload import Workload


class Clock(Protocol):
    """Where the time comes from."""

    def now(self) -> datetime:
        """The present moment, in UTC."""


class Reading(Noun):
    """A Workload with how it was come by. `reader` is `rules` or a model's name; `notes` say what was
    fallen back on."""

    workload: Workload
    reader: str
    notes: tuple[str, ...] = ()


class Language(Protocol):
    """Text into a Workload."""

    async def read(self, text: str) -> Reading:
        """Raises BadRequest, with what is missing or contradictory, where no Workload can be made."""


class Gate(Protocol):
    """The one judge of what may be done."""

    @property
    def revision(self) -> str:
        """Digest of the policy bundle in force."""

    async def decide(self, question: Json) -> Decision:
        """Judge one question (`policies.engine.question`). Never raises for what policy or its engine
        does: it denies."""


class ToolResult(Noun):
    """A tool's answer. `receipt` is there for a write; `seconds` is how long the call took."""

    output: Json
    receipt: Receipt | None = None
    seconds: float


class ToolClient(Protocol):
    """The only way to a cloud. Raises TollgateError as the tool reported it."""

    async def call(
        self, tool: str, cloud: Cloud, arguments: Json, *, run: str = "", step: str = "", version: int | None = None
    ) -> ToolResult | Decision:
        """Call `tool` on `cloud`. For a write, `run` and `step` name the effect, so that it happens once.
        `version` is the one of the tool's contract that the arguments are in (None: whichever they fit).

        A Decision comes back where the gate did not allow the call, and then nothing was done.
        """


class Event(Noun):
    """One entry of the ledger, before the ledger has numbered and chained it."""

    run: str
    tenant: str
    kind: str
    body: Json
    at: datetime


class Entry(Noun):
    """An Event in the ledger: its number, the hash of the entry before it, and its own."""

    seq: int
    event: Event
    previous: str
    hash: str


class Reservation(Noun):
    """Money for one effect, in cents: held from the decision on, settled with the receipt, or released."""

    key: str
    run: str
    tenant: str
    project: str
    cents: int
    state: Literal["held", "settled", "released"] = "held"
    at: datetime


class Spend(Noun):
    """What is held and settled in the month of a given time, in cents."""

    tenant_month_cents: int
    project_month_cents: int


class Runs(Protocol):
    """What was asked, and how it ended."""

    async def save_run(self, run: Run) -> None:
        """Insert, or replace by id."""

    async def get_run(self, run: str) -> Run | None:
        """The run, or None."""

    async def list_runs(
        self, *, tenant: str | None = None, state: State | None = None, limit: int = 50
    ) -> Sequence[Run]:
        """Newest first."""

    async def end_run(self, run: Run, record: RunRecord, event: Event) -> Entry:
        """Close the run with its record and write the event, together or not at all."""


class Receipts(Protocol):
    """What each effect left."""

    async def save_receipt(self, receipt: Receipt, events: Sequence[Event] = ()) -> Receipt:
        """Keep a receipt, settle the money under its key and write the events, together or not at all.

        The same key again returns the one that was kept first and changes nothing; BadRequest if its arguments differ.
        """

    async def get_receipt(self, key: str) -> Receipt | None:
        """The receipt by its effect's key, or None."""

    async def list_receipts(self, run: str) -> Sequence[Receipt]:
        """A run's receipts in the order they were kept."""


class Budgets(Protocol):
    """Money that is held and spent. Events are written with what they tell of, together or not at all."""

    async def spend(self, tenant: str, project: str, month: datetime, *, without: Sequence[str] = ()) -> Spend:
        """Held and settled money of `month`, leaving out the reservations whose keys are in `without`."""

    async def reserve(self, reservations: Sequence[Reservation], expected: Spend, events: Sequence[Event] = ()) -> bool:
        """Hold all or none. False, and nothing is held, if spend (without these keys) is no longer what was `expected`.

        A key that is already held or settled is left as it is, so the same reservation twice counts once.
        A released key is held again.
        """

    async def release(self, key: str, events: Sequence[Event] = ()) -> None:
        """Free what is held under the key. What is settled stays: it is spent. NotFound for an unknown key."""

    async def give_back(self, used: Mapping[str, int], events: Sequence[Event] = ()) -> None:
        """Of each key's money, settle what was used, in cents, and free the rest: all of it where nothing was used.

        Never more than was held before, so twice is once. NotFound for an unknown key.
        """

    async def list_reservations(self, run: str) -> Sequence[Reservation]:
        """A run's reservations, oldest first."""


class Ledger(Protocol):
    """The append-only, hash-chained record."""

    async def append(self, event: Event) -> Entry:
        """Add to the ledger, chained to the entry before."""

    async def entries(self, *, run: str | None = None, after: int = 0, limit: int = 1000) -> Sequence[Entry]:
        """Ledger entries in order, from just after sequence number `after`."""


Used = Literal["held", "spent", "refused"]
"""What came of using a yes: the money is held; it was spent meanwhile and nothing was done; there is no yes left."""


class Approvals(Protocol):
    """What people are asked, and what they say. An event is kept where something was, in the same transaction."""

    async def ask_approval(self, request: ApprovalRequest, event: Event) -> Asked:
        """Keep the request, or return the open one of the same requester for the same subject."""

    async def get_approval(self, name: str) -> Asked | None:
        """The request with what was said, or None."""

    async def latest_approval(self, tenant: str, requester: str, subject: str) -> Asked | None:
        """The newest request of this person for this subject, or None."""

    async def list_approvals(
        self, *, tenant: str | None = None, unclosed: bool = False, limit: int = 50
    ) -> Sequence[Asked]:
        """Newest first; `unclosed` leaves out those that were closed."""

    async def say_approval(self, word: Approval, now: datetime, event: Event, nonce: str | None = None) -> Asked:
        """Keep a person's word; the same twice is one. With a form's `nonce`, only if that is good, and use it up.

        Raises BadRequest where the request is not open, or the person said otherwise; Forbidden for a bad nonce.
        """

    async def close_approval(self, name: str, how: Closing, now: datetime, event: Event) -> bool:
        """Close a request that was not closed before; False where it was."""

    async def use_approval(
        self,
        name: str,
        by: str,
        reservations: Sequence[Reservation],
        expected: Spend,
        now: datetime,
        event: Event,
        decided: Sequence[Event] = (),
    ) -> Used:
        """Use an approved request up and hold the money as `reserve` does, together or not at all.

        `by` names the use: the one that has the yes already is told `held` again, every other `refused`. `event` tells
        of the use, once; `decided` is written wherever the money is held.
        """

    async def issue_form(self, nonce: str, request: str, person: str, now: datetime, expires: datetime) -> None:
        """Remember a form's nonce, good once for this person and request."""


class Elevations(Protocol):
    """Roles that are lent."""

    async def lend_role(self, elevation: Elevation, now: datetime, event: Event) -> bool:
        """Use the approved request of the same id up and lend its role; False where there is no yes left."""

    async def list_elevations(self, tenant: str, principal: str | None, now: datetime) -> Sequence[Elevation]:
        """Lent roles of one person or of all that are neither over nor revoked, oldest first."""

    async def tie_elevations(self, names: Sequence[str], run: str) -> bool:
        """Tie roles that are lent once to this run; False, and none is tied, where another run has one, or one was
        revoked."""

    async def revoke_elevation(self, name: str, now: datetime, event: Event) -> bool:
        """Take a lent role back; False where it was taken back before."""


class ApiKeys(Protocol):
    """Keys of services that call the control plane."""

    async def add_api_key(self, key: ApiKey, event: Event) -> None:
        """Keep a new key and say so in the ledger, together."""

    async def get_api_key(self, name: str) -> ApiKey | None:
        """The key by its id, or None."""

    async def list_api_keys(self, tenant: str) -> Sequence[ApiKey]:
        """A tenant's keys, oldest first."""

    async def revoke_api_key(self, name: str, now: datetime, event: Event) -> bool:
        """End a key; False where it was ended before. Raises NotFound."""


class Store(
    Runs,
    Receipts,
    Budgets,
    Spending,
    Ledger,
    Approvals,
    Elevations,
    ApiKeys,
    Emergencies,
    Switches,
    Standings,
    Leases,
    Submissions,
    Outbox,
    Deliveries,
    Listings,
    Outages,
    Deployments,
    Savings,
    ModelSpending,
    Protocol,
):
    """Everything that is kept. Every method is one transaction."""
