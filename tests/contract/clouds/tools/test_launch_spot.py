"""launch_spot, on every cloud."""

from __future__ import annotations

from tests.contract.clouds.conformance import Starts


class TestLaunchSpot(Starts):
    """The tool's cases."""

    tool = "launch_spot"
