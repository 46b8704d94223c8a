"""The environment that makes the real SDKs reach the local cloud. Nothing else differs from a real account."""

from __future__ import annotations

import os
from pathlib import Path

from infra.local.azure.account import GROUP, SUBSCRIPTION
from infra.local.gcp.metadata import PROJECT
from infra.local.services import ports

AWS_REGION = "eu-west-1"
AWS_ROLE = "arn:aws:iam::123456789012:role/tollgate-training"
AWS_SERVING_ROLE = "arn:aws:iam::123456789012:role/tollgate-serving"


def environment(home: Path) -> dict[str, str]:
    """What to set, for the local cloud whose state is under `home`. Credentials are test values, good for nothing."""
    at = ports()
    return {**_aws(at["aws"]), **_azure(at["azure"], home), **_gcp(at["gcp"], home), **_direct()}


def _direct() -> dict[str, str]:
    """No proxy between the SDKs and this machine; what the user has excluded stays so."""
    excluded = os.environ.get("NO_PROXY") or os.environ.get("no_proxy") or ""
    hosts = ",".join(filter(None, (excluded, "127.0.0.1,localhost")))
    return {"NO_PROXY": hosts, "no_proxy": hosts}


def _aws(port: int) -> dict[str, str]:
    return {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": AWS_REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        "TOLLGATE_AWS_TRAINING_ROLE": AWS_ROLE,
        "TOLLGATE_AWS_SERVING_ROLE": AWS_SERVING_ROLE,
    }


def _azure(port: int, home: Path) -> dict[str, str]:
    endpoint = f"https://127.0.0.1:{port}"
    return {
        "TOLLGATE_AZURE_ENDPOINT": endpoint,
        "TOLLGATE_AZURE_CA": str(home.resolve() / "local" / "azure" / "ca.pem"),
        "TOLLGATE_AZURE_SUBSCRIPTION": SUBSCRIPTION,
        "TOLLGATE_AZURE_RESOURCE_GROUP": GROUP,
        "TOLLGATE_AZURE_POLL_SECONDS": "0.05",
        "TOLLGATE_AZURE_VAULT_URL": endpoint,
        "IDENTITY_ENDPOINT": f"{endpoint}/msi/token",
        "IDENTITY_HEADER": "local",
    }


def _gcp(port: int, home: Path) -> dict[str, str]:
    """The user's own Google login must not be found, or its token would be sent to the emulator."""
    return {
        "TOLLGATE_GCP_ENDPOINT": f"http://127.0.0.1:{port}",
        "TOLLGATE_GCP_PROJECT": PROJECT,
        "GOOGLE_APPLICATION_CREDENTIALS": "",
        "CLOUDSDK_CONFIG": str(home.resolve() / "local" / "gcloud"),
        "GCE_METADATA_HOST": f"127.0.0.1:{port}",
        "GCE_METADATA_IP": f"127.0.0.1:{port}",
    }
