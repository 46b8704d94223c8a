"""The local clouds that the contract tests share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.contract.clouds.aws_cloud import LocalAws, running
from tests.contract.clouds.azure_cloud import azure, server
from tests.contract.clouds.gcp_cloud import clients, gcp, running_gcp

__all__ = ["azure", "clients", "gcp", "running_gcp", "server"]


@pytest.fixture(scope="session")
def aws_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAws]:
    """One local AWS for all tests."""
    with running(tmp_path_factory.mktemp("aws")) as cloud:
        yield cloud


@pytest.fixture
def aws(aws_server: LocalAws) -> LocalAws:
    """The local AWS, empty and without faults."""
    aws_server.reset()
    return aws_server
