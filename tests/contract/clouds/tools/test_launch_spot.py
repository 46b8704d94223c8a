"""launch_spot, on every cloud."""

from __future__ import annotations

from tests.contract.clouds.conformance import Creates


class TestLaunchSpot(Creates):
    """The tool's cases."""

    tool = "launch_spot"
