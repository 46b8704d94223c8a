"""Values put into the vault of a local cloud, by the cloud's official SDK."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import boto3
from google.api_core.exceptions import Conflict
from google.cloud.secretmanager import SecretManagerServiceClient
from google.oauth2.credentials import Credentials

from infra.local.environment import AWS_REGION
from infra.local.gcp.metadata import PROJECT, TOKEN_PREFIX
from mcp_handlers.azure.client import Clients


def to_aws(environment: Mapping[str, str], name: str, value: str) -> str:
    """A secret's new version in Secrets Manager; the secret's name."""
    make: Any = boto3.client
    client = make(
        "secretsmanager",
        region_name=AWS_REGION,
        endpoint_url=environment["AWS_ENDPOINT_URL"],
        aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
    )
    with suppress(client.exceptions.ResourceExistsException):
        client.create_secret(Name=name)
    client.put_secret_value(SecretId=name, SecretString=value)
    return name


def to_azure(environment: Mapping[str, str], name: str, value: str) -> str:
    """A secret's new version in Key Vault; the secret's address."""
    Clients(environment).secrets.set_secret(name, value)
    return f"{environment['TOLLGATE_AZURE_VAULT_URL']}/secrets/{name}"


def to_google(environment: Mapping[str, str], name: str, value: str) -> str:
    """A secret's new version in Secret Manager; the secret's name."""
    client: Any = SecretManagerServiceClient(
        credentials=Credentials(f"{TOKEN_PREFIX}vault"),
        client_options={"api_endpoint": environment["TOLLGATE_GCP_ENDPOINT"]},
        transport="rest",
    )
    project = f"projects/{PROJECT}"
    with suppress(Conflict):
        client.create_secret(parent=project, secret_id=name, secret={"replication": {"automatic": {}}})
    client.add_secret_version(parent=f"{project}/secrets/{name}", payload={"data": value.encode()})
    return f"{project}/secrets/{name}"


PUT = {"aws": to_aws, "azure": to_azure, "gcp": to_google}
