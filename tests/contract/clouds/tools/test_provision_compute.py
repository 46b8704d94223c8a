"""provision_compute, on every cloud."""

from __future__ import annotations

from tests.contract.clouds.conformance import Creates


class TestProvisionCompute(Creates):
    """The tool's cases."""

    tool = "provision_compute"
