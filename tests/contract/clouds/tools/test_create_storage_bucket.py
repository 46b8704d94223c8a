"""create_storage_bucket, on every cloud."""

from __future__ import annotations

from tests.contract.clouds.conformance import Creates


class TestCreateStorageBucket(Creates):
    """The tool's cases."""

    tool = "create_storage_bucket"
