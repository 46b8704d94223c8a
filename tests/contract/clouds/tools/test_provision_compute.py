"""provision_compute, on every cloud."""

from __future__ import annotations

from tests.contract.clouds.conformance import Starts


class TestProvisionCompute(Starts):
    """The tool's cases."""

    tool = "provision_compute"
