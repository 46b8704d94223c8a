"""What the local clouds hold, asked over their own APIs and not through our handlers."""

import json
import ssl
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import boto3
import httpx
from botocore.config import Config

ROOT = Path(__file__).parents[2]
REGIONS = ("us-east-1", "us-west-2", "eu-west-1", "eu-west-3", "eu-central-1", "eu-north-1", "eu-south-1", "eu-south-2")
"""Where AWS is looked into: every region of the EU, and two beyond."""
GCP_REGIONS = tuple(
    region
    for region in json.loads((ROOT / "policies" / "data" / "regions" / "data.json").read_text())["gcp"]
    if region.startswith("europe-") or region == "us-central1"
)
"""The same for GCP's jobs; everything else of it is listed whole."""
AZURE = {
    "instance": "Microsoft.Compute/virtualMachines",
    "disk": "Microsoft.Compute/disks",
    "interface": "Microsoft.Network/networkInterfaces",
    "bucket": "Microsoft.Storage/storageAccounts",
}
WORKSPACES = "Microsoft.MachineLearningServices/workspaces"
ENDED = {"Stopped", "Failed", "Completed", "Canceled", "JOB_STATE_CANCELLED", "JOB_STATE_FAILED", "JOB_STATE_SUCCEEDED"}


def holdings(environment: Mapping[str, str]) -> dict[str, list[str]]:
    """Machines, disks, network interfaces, buckets and live jobs, by cloud."""
    with ThreadPoolExecutor(3) as pool:
        looks = {name: pool.submit(look, environment) for name, look in CLOUDS.items()}
        return {name: sorted(found.result()) for name, found in looks.items()}


def _aws(environment: Mapping[str, str]) -> list[str]:
    found = [f"bucket {b['Name']}" for b in _client(environment, "s3", "us-east-1").list_buckets()["Buckets"]]
    for region in REGIONS:
        for reservation in _client(environment, "ec2", region).describe_instances()["Reservations"]:
            live = [i for i in reservation["Instances"] if i["State"]["Name"] not in ("terminated", "shutting-down")]
            found += [f"instance {i['InstanceId']}" for i in live]
        jobs = _client(environment, "sagemaker", region).list_training_jobs()["TrainingJobSummaries"]
        found += [f"job {j['TrainingJobName']}" for j in jobs if j["TrainingJobStatus"] not in ENDED]
    return found


def _client(environment: Mapping[str, str], service: str, region: str) -> Any:
    # boto3's own typing wants every service by its literal name.
    make: Any = boto3.client
    return make(
        service,
        region_name=region,
        endpoint_url=environment["AWS_ENDPOINT_URL"],
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"max_attempts": 0}),
    )


def _azure(environment: Mapping[str, str]) -> list[str]:
    subscription, name = environment["TOLLGATE_AZURE_SUBSCRIPTION"], environment["TOLLGATE_AZURE_RESOURCE_GROUP"]
    group = f"/subscriptions/{subscription}/resourceGroups/{name}"
    with httpx.Client(
        base_url=environment["TOLLGATE_AZURE_ENDPOINT"],
        verify=ssl.create_default_context(cafile=environment["TOLLGATE_AZURE_CA"]),
        headers={"authorization": "Bearer test"},
        params={"api-version": "2024-04-01"},
    ) as http:

        def names(path: str) -> list[Any]:
            answer = http.get(f"{group}/providers/{path}")
            return [] if answer.status_code == 404 else list(answer.raise_for_status().json()["value"])

        # What every job of a tenant shares stays, and is tagged so; what a run made carries the run.
        made = ((kind, one) for kind, path in AZURE.items() for one in names(path))
        found = [f"{kind} {one['name']}" for kind, one in made if "tollgate-shared" not in (one.get("tags") or {})]
        for workspace in names(WORKSPACES):
            jobs = names(f"{WORKSPACES}/{workspace['name']}/jobs")
            found += [f"job {job['name']}" for job in jobs if job["properties"].get("status") not in ENDED]
            found += [f"compute {c['name']}" for c in names(f"{WORKSPACES}/{workspace['name']}/computes")]
    return found


def _gcp(environment: Mapping[str, str]) -> list[str]:
    project = environment["TOLLGATE_GCP_PROJECT"]
    with httpx.Client(base_url=environment["TOLLGATE_GCP_ENDPOINT"]) as http:
        asked = {"metadata-flavor": "Google"}
        token = http.get("/computeMetadata/v1/instance/service-accounts/default/token", headers=asked).json()
        http.headers["authorization"] = f"Bearer {token['access_token']}"
        found: list[str] = []
        for kind, collection in (("instance", "instances"), ("disk", "disks")):
            pages = http.get(f"/compute/v1/projects/{project}/aggregated/{collection}").raise_for_status().json()
            found += [f"{kind} {one['name']}" for scope in pages["items"].values() for one in scope.get(collection, [])]
        buckets = http.get("/storage/v1/b", params={"project": project}).raise_for_status().json()
        found += [f"bucket {one['name']}" for one in buckets.get("items", [])]
        for region in GCP_REGIONS:
            jobs = http.get(f"/v1/projects/{project}/locations/{region}/customJobs").raise_for_status().json()
            found += [f"job {one['displayName']}" for one in jobs.get("customJobs", []) if one["state"] not in ENDED]
    return found


CLOUDS = {"aws": _aws, "azure": _azure, "gcp": _gcp}
NOTHING: dict[str, list[str]] = {"aws": [], "azure": [], "gcp": []}
