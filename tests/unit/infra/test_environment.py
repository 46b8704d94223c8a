"""The environment that leads to the local cloud."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.local.environment import environment
from infra.local.services import PROJECT, home_directory, local_services, ports


def test_the_ports_are_moved_by_one_variable(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert ports({}) == {
        "aws": 4566,
        "azure": 4568,
        "gcp": 4569,
        "ministack": 4571,
        "moto": 4572,
        "pubsub": 4573,
        "pubsub-control": 4574,
    }
    monkeypatch.setenv("TOLLGATE_LOCAL_PORT_BASE", "30000")
    told = environment(tmp_path)
    assert (told["AWS_ENDPOINT_URL"], told["TOLLGATE_AZURE_ENDPOINT"], told["TOLLGATE_GCP_ENDPOINT"]) == (
        "http://127.0.0.1:30000",
        "https://127.0.0.1:30002",
        "http://127.0.0.1:30003",
    )
    assert [service.port for service in local_services(tmp_path)] == [30005, 30006, 30000, 30002, 30003]


def test_paths_hold_wherever_the_process_stands(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert environment(Path("home"))["TOLLGATE_AZURE_CA"] == str(tmp_path / "home" / "local" / "azure" / "ca.pem")


def test_the_local_cloud_is_reached_without_a_proxy_and_the_users_exceptions_stay(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("NO_PROXY", "intranet.example")
    assert environment(tmp_path)["NO_PROXY"] == "intranet.example,127.0.0.1,localhost"


def test_state_is_kept_in_the_project_or_where_the_user_says() -> None:
    assert home_directory({}) == PROJECT / ".tollgate"
    assert home_directory({"TOLLGATE_HOME": "/somewhere"}) == Path("/somewhere")


def test_no_service_inherits_an_account_or_an_endpoint(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_ENDPOINT_URL", "GOOGLE_APPLICATION_CREDENTIALS", "AZURE_CLIENT_SECRET"):
        monkeypatch.setenv(name, "the user's own")
    for service in local_services(tmp_path):
        assert "the user's own" not in service.environment.values()


def test_a_relative_home_leads_the_services_to_the_same_place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    azure = next(service for service in local_services(Path("home")) if service.name == "azure")
    assert str(tmp_path / "home" / "local" / "azure") in azure.command
