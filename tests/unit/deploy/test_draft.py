"""An offer into a Plan."""

from datetime import timedelta

import pytest

from tests.fakes.offers import NOW, a_request, priced
from workflow.deploy.brief import brief
from workflow.deploy.draft import draft
from workflow.model.plan import Plan
from workflow.model.workload import Workload

TRAINING = brief(Workload(kind="training", gpu="A100", gpu_count=1, hours=6, residency=("EU",), personal_data=True))


def plan(work: Workload | None = None, attempt: int = 0, run: str = "r1", **offer: object) -> Plan:
    """The plan of an offer of 12 cents."""
    wanted = brief(work) if work else TRAINING
    taken = priced(120_000, **offer)
    return draft(a_request(id=run), wanted, taken.offer, taken.cost, attempt=attempt)


def test_training_gets_a_bucket_of_its_own_and_a_job_that_writes_there() -> None:
    found = plan()
    bucket, job = found.steps
    assert [(s.name, s.tool, s.cost_cents) for s in found.steps] == [
        ("0-create_storage_bucket", "create_storage_bucket", 0),
        ("0-submit_ml_job", "submit_ml_job", 12),
    ]
    assert job.arguments["bucket"] == bucket.arguments["name"]
    assert job.arguments["data"] == bucket.arguments["data"] == {"residency": ["EU"], "personal": True}
    assert job.arguments["tags"] == {
        "tenant": "acme",
        "project": "default",
        "run": "r1",
        "owner": "ada@example.com",
        "environment": "development",
        "expires_at": (NOW + timedelta(hours=7)).isoformat().replace("+00:00", "Z"),
    }


@pytest.mark.parametrize(("purchase", "retries"), [("spot", 3), ("on_demand", 0)])
def test_only_a_spot_job_is_begun_again(purchase: str, retries: int) -> None:
    *_, job = plan(purchase=purchase).steps
    assert (job.arguments["retries_on_preemption"], job.arguments["checkpoint_path"]) == (retries, "checkpoints/")


def test_a_spot_offer_is_launched_as_spot() -> None:
    work = Workload(kind="batch", hours=2)
    assert [s.tool for s in plan(work, purchase="spot").steps] == ["launch_spot"]
    assert [s.tool for s in plan(work, purchase="on_demand").steps] == ["provision_compute"]


def test_what_stays_up_does_not_expire() -> None:
    (step,) = plan(Workload(kind="service")).steps
    assert (step.arguments["hours"], step.arguments["tags"]["expires_at"]) == (None, None)


def test_everything_is_encrypted_and_nothing_is_public() -> None:
    for step in plan().steps:
        assert (step.arguments["encrypted"], step.arguments["public"]) == (True, False)


def test_the_same_choice_has_the_same_digest_and_any_other_another() -> None:
    digests = [plan(), plan(), plan(attempt=1), plan(run="r2"), plan(region="eu-west-2"), plan(purchase="spot")]
    assert digests[0].digest == digests[1].digest
    assert len({p.digest for p in digests}) == 5


def test_keys_differ_between_runs_attempts_and_steps() -> None:
    keys = [step.key for p in (plan(), plan(attempt=1), plan(run="r2")) for step in p.steps]
    assert len(set(keys)) == 6
