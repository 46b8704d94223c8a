"""submit_ml_job, on every cloud."""

from __future__ import annotations

from typing import ClassVar

from tests.contract.clouds.conformance import Creates


class TestSubmitMlJob(Creates):
    """The tool's cases."""

    tool = "submit_ml_job"
    asked: ClassVar = {"hours": 2, "image": "registry.example/acme/train:1"}
    at_odds: ClassVar = [("retries_on_preemption is for purchase spot", {"retries_on_preemption": 1})]
