"""A secret store of each local cloud: what a test does with it, through the cloud's SDK where one is installed."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any, Protocol

import httpx
from azure.core.exceptions import HttpResponseError
from azure.keyvault.secrets import SecretClient
from botocore.exceptions import ClientError

from infra.local.gcp.metadata import PROJECT
from tests.contract.clouds.aws_cloud import LocalAws
from tests.contract.clouds.azure_cloud import LocalAzure, Static
from tests.contract.clouds.gcp_cloud import LocalGcp

FIRST = "the-value-before"


class SecretStore(Protocol):
    """A judge. `add` is the operation that a fault is to strike when the new version is made."""

    cloud: str
    region: str
    add: str

    def create(self, name: str, tenant: str) -> str:
        """A secret with one version; that version's id."""

    def versions(self, name: str) -> Mapping[str, str | None]:
        """Every version's value, None where it cannot be used any more."""

    def current(self, name: str) -> tuple[str, str]:
        """The version that an application gets, and its value."""

    def fault(self, kind: str, **how: Any) -> None:
        """Put a fault in force."""


class AwsSecrets:
    """Secrets Manager, by boto3. A version without a label counts as disabled: AWS may delete it at any time."""

    cloud, region, add = "aws", "eu-west-1", "PutSecretValue"

    def __init__(self, aws: LocalAws) -> None:
        self.fault, self._sdk = aws.fault, aws.sdk("secretsmanager")

    def create(self, name: str, tenant: str) -> str:
        tags = [{"Key": "tollgate:tenant", "Value": tenant}]
        return str(self._sdk.create_secret(Name=name, SecretString=FIRST, Tags=tags)["VersionId"])

    def versions(self, name: str) -> Mapping[str, str | None]:
        found = self._sdk.list_secret_version_ids(SecretId=name, IncludeDeprecated=True)["Versions"]
        return {one["VersionId"]: self._value(name, one) for one in found}

    def _value(self, name: str, version: dict[str, Any]) -> str | None:
        if not version["VersionStages"]:
            return None
        return str(self._sdk.get_secret_value(SecretId=name, VersionId=version["VersionId"])["SecretString"])

    def current(self, name: str) -> tuple[str, str]:
        found = self._sdk.get_secret_value(SecretId=name)
        return found["VersionId"], found["SecretString"]

    def stages(self, name: str) -> dict[str, list[str]]:
        """The labels of AWS's own that each version has."""
        try:
            found = self._sdk.describe_secret(SecretId=name)["VersionIdsToStages"]
        except ClientError:
            return {}
        return {version: [stage for stage in stages if stage.startswith("AWS")] for version, stages in found.items()}


class AzureSecrets:
    """Key Vault, by azure-keyvault-secrets."""

    cloud, region, add = "azure", "westeurope", "PUT /secrets/"

    def __init__(self, azure: LocalAzure) -> None:
        self.fault = azure.fault
        options: dict[str, Any] = {"connection_verify": azure.ca, "verify_challenge_resource": False, "retry_total": 0}
        self.sdk = SecretClient(azure.url, Static(), **options)

    def create(self, name: str, tenant: str) -> str:
        return str(self.sdk.set_secret(name, FIRST, tags={"tollgate-tenant": tenant}).properties.version)

    def versions(self, name: str) -> Mapping[str, str | None]:
        found = list(self.sdk.list_properties_of_secret_versions(name))
        return {str(one.version): self._value(name, str(one.version)) for one in found}

    def _value(self, name: str, version: str) -> str | None:
        try:
            return self.sdk.get_secret(name, version).value
        except HttpResponseError as refused:
            if refused.status_code != 403:
                raise
            return None

    def current(self, name: str) -> tuple[str, str]:
        found = self.sdk.get_secret(name)
        return str(found.properties.version), str(found.value)


class GcpSecrets:
    """Secret Manager, by its REST API as Google's discovery document has it: no SDK for it is installed."""

    cloud, region, add = "gcp", "europe-west4", ":addVersion"

    def __init__(self, gcp: LocalGcp) -> None:
        self.fault, self._http, self._base = gcp.fault, gcp.http, f"/v1/projects/{PROJECT}/secrets"

    def create(self, name: str, tenant: str) -> str:
        asked = {"replication": {"automatic": {}}, "labels": {"tollgate-tenant": tenant}}
        self._http.post(self._base, params={"secretId": name}, json=asked).raise_for_status()
        body = {"payload": {"data": base64.b64encode(FIRST.encode()).decode()}}
        made = self._http.post(f"{self._base}/{name}:addVersion", json=body).raise_for_status().json()
        assert set(made) >= {"name", "createTime", "state"}
        return str(made["name"].rpartition("/")[2])

    def versions(self, name: str) -> Mapping[str, str | None]:
        found = self._http.get(f"{self._base}/{name}/versions").raise_for_status().json()["versions"]
        numbers = [one["name"].rpartition("/")[2] for one in found]
        return {number: self._value(self._access(name, number)) for number in numbers}

    def _access(self, name: str, version: str) -> httpx.Response:
        return self._http.get(f"{self._base}/{name}/versions/{version}:access")

    def _value(self, answer: httpx.Response) -> str | None:
        if answer.status_code == 400:
            return None
        return base64.b64decode(answer.raise_for_status().json()["payload"]["data"]).decode()

    def current(self, name: str) -> tuple[str, str]:
        answer = self._access(name, "latest")
        return answer.json()["name"].rpartition("/")[2], str(self._value(answer))
