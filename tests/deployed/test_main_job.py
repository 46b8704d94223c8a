"""The main job through the deployed gateway and functions, gone on with by the schedule and by the queue."""

from __future__ import annotations

import time

from tests.deployed.stack import Stack
from tests.flows.house import House
from tests.flows.same_record import MAIN_JOB, same
from workflow.model.wake import Silent

ON_AWS = "Train a model on one A100 for 2 hours, EU data only, AWS only"


async def test_the_schedule_takes_the_main_job_to_the_same_record_as_local_ports(stack: Stack) -> None:
    stack.say("the main job on local ports, for comparison")
    local = await House(stack.house).record(MAIN_JOB)
    stack.say("the main job deployed: waiting for the schedule, which comes every minute")
    begun = time.monotonic()
    run = await stack.submit(MAIN_JOB, Silent())
    ended = await stack.ended(run.id)
    stack.figures["main job by the schedule, its wait included"] = f"{time.monotonic() - begun:.0f} s"
    assert ended.record is not None
    assert (ended.state, ended.record.code) == ("succeeded", ""), ended.record.reason
    assert same(ended.record) == same(local)
    assert any("ticked" in line and '"succeeded":1' in line.replace("\\", "").replace(" ", "")
               for line in stack.logs("orchestrate")), stack.logs("orchestrate")[-20:]  # fmt: skip


async def test_a_message_wakes_the_orchestrator_and_its_writes_are_done_by_lambda_in_the_tools_own_roles(
    stack: Stack,
) -> None:
    stack.say("a job for AWS alone: the queue wakes the orchestrator")
    local = await House(stack.house).record(ON_AWS)
    begun = time.monotonic()
    run = await stack.submit(ON_AWS, stack.queue)
    ended = await stack.ended(run.id)
    stack.figures["a job on AWS, woken by the queue"] = f"{time.monotonic() - begun:.0f} s"
    assert ended.record is not None
    assert (ended.state, ended.record.code) == ("succeeded", ""), ended.record.reason
    assert same(ended.record) == same(local)
    (bucket,) = [made.id for made in ended.record.resources if made.kind == "bucket"]
    assert bucket in [each["Name"] for each in stack.account.sdk("s3").list_buckets()["Buckets"]]
    for tool in ("create_storage_bucket", "submit_ml_job", "get_health"):
        assert any('"answered"' in line for line in stack.logs(tool)), tool
