"""Azure and Google Cloud: each tool acts as an identity of its own, by the official SDKs' own ways of becoming it."""

from __future__ import annotations

import json
import uuid
from pathlib import Path

import pytest

from functions.registry import tool_names
from mcp_handlers.azure import role as azure_role
from mcp_handlers.azure.client import Clients as AzureClients
from mcp_handlers.gcp import role as google_role
from mcp_handlers.gcp.client import Clients as GoogleClients
from mcp_handlers.gcp.client import connect
from mcp_handlers.kernel.acting import Work
from tests.contract.clouds.azure_cloud import LocalAzure
from tests.contract.clouds.gcp_cloud import LocalGcp
from workflow.model.errors import NoPermission

IDENTITIES = {tool: str(uuid.uuid5(uuid.NAMESPACE_URL, tool)) for tool in tool_names()}
ACCOUNT = "tollgate-{tool}@tollgate-local.iam.gserviceaccount.com"


def work(tool: str) -> Work:
    """A call, of which only the tool matters here."""
    return Work(tool=tool, tenant="acme", principal="ada", run="r1", region="", arguments={})


@pytest.mark.parametrize("tool", tool_names())
def test_on_azure_a_tool_acts_as_its_own_managed_identity(azure: LocalAzure, tool: str, bearers: list[str]) -> None:
    found = azure_role.roles({**azure.environment, azure_role.SETTING: json.dumps(IDENTITIES)}, tool, ())
    assert found is not None
    clients = found.clients(work(tool))
    assert isinstance(clients, AzureClients)
    assert clients.answers()
    assert bearers[-1].startswith(f"local-{IDENTITIES[tool]}-")


@pytest.mark.parametrize("setting", ["{}", "[]", "no JSON", '{"get_health": "no id"}', '{"get_health": 7}'])
def test_on_azure_a_tool_that_has_no_identity_does_nothing(setting: str) -> None:
    with pytest.raises(NoPermission):
        azure_role.roles({azure_role.SETTING: setting}, "get_health", ())


@pytest.mark.parametrize("tool", tool_names())
def test_on_google_cloud_a_tool_becomes_its_own_service_account(gcp: LocalGcp, tool: str, bearers: list[str]) -> None:
    found = google_role.roles({**gcp.environment, google_role.SETTING: ACCOUNT}, tool, ())
    assert found is not None
    clients = found.clients(work(tool))
    assert isinstance(clients, GoogleClients)
    assert clients.compute("GET", "zones/europe-west4-a/machineTypes/e2-micro", region="europe-west4")["name"]
    address = f"tollgate-{tool.replace('_', '-')}@tollgate-local.iam.gserviceaccount.com"
    assert bearers[-1].startswith(f"ya29.local-{address}.")


def test_on_google_cloud_what_is_no_account_does_nothing() -> None:
    with pytest.raises(NoPermission):
        google_role.roles({google_role.SETTING: "https://elsewhere.example/{tool}"}, "get_health", ())


@pytest.fixture
def federated(gcp: LocalGcp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> GoogleClients:
    """Clients of a function that runs elsewhere, with a token of its own issuer in a file and no key."""
    endpoint = gcp.environment["TOLLGATE_GCP_ENDPOINT"]
    (tmp_path / "token").write_text("a token of another issuer")
    told = {
        "type": "external_account",
        "audience": "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/aws",
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        "token_url": f"{endpoint}/v1/token",
        "credential_source": {"file": str(tmp_path / "token")},
    }
    (tmp_path / "federation.json").write_text(json.dumps(told))
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "federation.json"))
    return connect(gcp.environment, "tollgate-get-health@tollgate-local.iam.gserviceaccount.com")


def test_a_function_elsewhere_gets_in_by_workload_identity_federation(
    federated: GoogleClients, bearers: list[str]
) -> None:
    assert federated.compute("GET", "zones/europe-west4-a/machineTypes/e2-micro", region="europe-west4")["name"]
    assert list(dict.fromkeys(token.rpartition(".")[0] for token in bearers)) == [
        "ya29.local-federated",
        "ya29.local-tollgate-get-health@tollgate-local.iam.gserviceaccount.com",
    ]


@pytest.mark.parametrize("cloud", ["aws", "azure", "gcp"])
def test_every_tool_says_what_it_may_do(cloud: str) -> None:
    files = Path(google_role.__file__).parents[1] / cloud
    assert {tool for tool in tool_names() if "\nPERMISSIONS" not in (files / f"{tool}.py").read_text()} == set()
