"""The environment that makes the real SDKs reach the local cloud. Nothing else differs from a real account."""

from __future__ import annotations

from pathlib import Path

from infra.local.services import ports

AWS_REGION = "eu-west-1"
AWS_ROLE = "arn:aws:iam::123456789012:role/tollgate-training"
AZURE_SUBSCRIPTION = "00000000-0000-0000-0000-000000000001"
AZURE_RESOURCE_GROUP = "tollgate"
GCP_PROJECT = "tollgate-local"


def environment(home: Path) -> dict[str, str]:
    """What to set, for the local cloud whose state is under `home`. Credentials are test values, good for nothing."""
    at = ports()
    return {**_aws(at["aws"]), **_azure(at["azure"], home), **_gcp(at["gcp"])}


def _aws(port: int) -> dict[str, str]:
    return {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": AWS_REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        "TOLLGATE_AWS_TRAINING_ROLE": AWS_ROLE,
    }


def _azure(port: int, home: Path) -> dict[str, str]:
    endpoint = f"https://127.0.0.1:{port}"
    return {
        "TOLLGATE_AZURE_ENDPOINT": endpoint,
        "TOLLGATE_AZURE_CA": str(home.resolve() / "local" / "azure" / "ca.pem"),
        "TOLLGATE_AZURE_SUBSCRIPTION": AZURE_SUBSCRIPTION,
        "TOLLGATE_AZURE_RESOURCE_GROUP": AZURE_RESOURCE_GROUP,
        "IDENTITY_ENDPOINT": f"{endpoint}/msi/token",
        "IDENTITY_HEADER": "local",
    }


def _gcp(port: int) -> dict[str, str]:
    return {
        "TOLLGATE_GCP_ENDPOINT": f"http://127.0.0.1:{port}",
        "TOLLGATE_GCP_PROJECT": GCP_PROJECT,
        "GOOGLE_CLOUD_PROJECT": GCP_PROJECT,
        "GCE_METADATA_HOST": f"127.0.0.1:{port}",
        "GCE_METADATA_IP": f"127.0.0.1:{port}",
    }
