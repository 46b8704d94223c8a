"""The store of training jobs, where time matters."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from infra.local.aws.training import Job

START = datetime(2026, 11, 20, tzinfo=UTC)
JOB = Job("eu-west-1", {"TrainingJobName": "j", "StoppingCondition": {"MaxRuntimeInSeconds": 60}}, START)


def test_a_job_runs_until_its_time_is_up() -> None:
    assert JOB.at(START + timedelta(seconds=59)) == JOB
    over = JOB.at(START + timedelta(seconds=60))
    assert (over.status, over.secondary) == ("Stopped", "MaxRuntimeExceeded")


def test_a_stopped_job_stays_as_it_was() -> None:
    stopped = Job(JOB.region, JOB.request, START, "Stopped", "Stopped")
    assert stopped.at(START + timedelta(days=30)) == stopped


def test_a_job_is_described_as_it_was_asked_for_without_its_tags() -> None:
    tagged = Job("eu-west-1", JOB.request | {"Tags": [{"Key": "a", "Value": "b"}]}, START)
    described = tagged.describe()
    assert "Tags" not in described
    assert described["StoppingCondition"] == {"MaxRuntimeInSeconds": 60}
    assert described["TrainingJobArn"] == "arn:aws:sagemaker:eu-west-1:123456789012:training-job/j"
