"""A deployment with what it pays, and places that it could move to."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from mcp_handlers.tools.get_cost_estimate import Priced
from workflow.deploy.brief import brief
from workflow.deploy.candidates import Candidate
from workflow.model.decision import Decision, Violation
from workflow.model.deployment import Deployment, Saving
from workflow.model.offer import Offer
from workflow.model.plan import Cost
from workflow.model.principal import Principal
from workflow.model.reevaluation import Asking, Reevaluation
from workflow.model.resource import Resource
from workflow.model.run import Record
from workflow.model.workload import Request, Workload
from workflow.reevaluate.standing import Standing

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
ADA = Principal(id="ada@example.com", tenant="acme", roles=("developer",))
TEXT = "Host our wiki on 2 vCPUs and 8 GB RAM in Europe"
OFFER = Offer(
    cloud="aws", region="eu-west-1", machine="m7i.large", family="m7i", vcpus=2, memory_gib=8, arch="x86_64",
    compute_micros_hour=100_000, egress_micros_gib=90_000, jurisdictions=("EU",), observed=date(2026, 11, 1),
    basis="list", snapshot="s1",
)  # fmt: skip
COST = Cost(hours=730, compute=73_000_000, fee=0, storage=4_000_000, egress=4_500_000, rework=0)
MACHINE = Resource(cloud="aws", kind="instance", id="i-1", region="eu-west-1")
TERMS = Reevaluation(
    action="propose", every_minutes=60, saving_cents_month=500, saving_percent=15, keep_percent=60, hold_hours=24,
    settle_hours=168, payback_hours=730, overlap_hours=2, effort_cents=100, roles=["rebalancer"],
    approval=Asking(roles=["operator"], people=1, own=True, hours=72), commitments=[], routes=[],
)  # fmt: skip


def deployment(**changes: Any) -> Deployment:
    """One machine for a wiki, a month old."""
    request = Request(id="r1", text=TEXT, principal=ADA, submitted_at=NOW - timedelta(days=30))
    work = Workload.model_validate({"kind": "service", "vcpus": 2, "memory_gib": 8, **changes})
    began = request.submitted_at
    record = Record(
        run="r1", state="succeeded", request=request, workload=work, offer=OFFER, cost_cents=8150, resources=(MACHINE,),
        reason="Placed.", started_at=began, finished_at=began,
    )  # fmt: skip
    return Deployment(record=record, resources=(MACHINE,))


def priced(month_cents: int, cloud: str = "gcp", **changes: Any) -> Priced:
    """A place that costs so much a month."""
    offer = OFFER.model_copy(update={"cloud": cloud, "region": f"{cloud}-1", "machine": "x1", **changes})
    return Priced(offer=offer, cost=Cost(hours=730, compute=month_cents * 10_000, fee=0, storage=0, egress=0, rework=0))


def candidate(month_cents: int, cloud: str = "gcp", verdict: str = "allow", **changes: Any) -> Candidate:
    """The same with the gate's verdict."""
    against = (Violation(code="REGION", message="no", remedy="no"),) if verdict == "deny" else ()
    decision = Decision.model_validate(
        {"verdict": verdict, "violations": against, "revision": "p1", "input_digest": "d"}
    )
    return Candidate(priced=priced(month_cents, cloud, **changes), decision=decision)


def standing(pays: int = 10_000, work: dict[str, Any] | None = None, **changes: Any) -> Standing:
    """What pays so many cents a month on AWS."""
    found = deployment(**(work or {}))
    assert found.record.workload is not None
    paid = priced(pays, "aws", region=OFFER.region, machine=OFFER.machine)
    return Standing(
        deployment=found, work=found.record.workload, brief=brief(found.record.workload), pays=paid, **changes
    )


def found(hours_ago: float = 48, state: str = "found", **changes: Any) -> Saving:
    """The saving that was found on it so long ago."""
    at = NOW - timedelta(hours=hours_ago)
    target = priced(5_000)
    return Saving.model_validate(
        {
            "id": "m1", "deployment": "r1", "tenant": "acme", "state": state, "offer": target.offer,
            "cost": target.cost, "was": "s1", "saving_cents_month": 5_000, "migration_cents": 600, "found_at": at,
            "changed_at": at, **changes,
        }
    )  # fmt: skip
