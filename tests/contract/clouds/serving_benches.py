"""The three clouds as the tests of deploy_model see them: how to reach one, and its own view of what is there."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import httpx
from azure.core.exceptions import ResourceNotFoundError
from azure.mgmt.machinelearningservices import MachineLearningServicesMgmtClient
from google.cloud import aiplatform_v1

from infra.local.azure.account import GROUP, SUBSCRIPTION
from infra.local.gcp.metadata import PROJECT
from mcp_handlers.azure.workspace import workspace_name
from mcp_handlers.tools import create_storage_bucket as bucket_tool
from mcp_handlers.tools import deploy_model as tool
from mcp_handlers.tools import get_health as health_tool
from mcp_handlers.tools import release_resource as release_tool
from mcp_handlers.tools.contract import Tags
from tests.contract.clouds.aws_cloud import LocalAws
from tests.contract.clouds.azure_cloud import LocalAzure, Static
from tests.contract.clouds.gcp_cloud import LocalGcp
from workflow.model.base import Noun
from workflow.model.resource import Resource

TAGS = Tags(tenant="acme", project="vision", run="run-1", owner="ada@acme.eu", environment="production")
RIVAL = TAGS.model_copy(update={"tenant": "rival"})


@dataclass(frozen=True)
class Seen:
    """A variant as the cloud's own SDK shows it: its share, replicas at least and at most, image and artifact."""

    percent: int
    replicas: tuple[int, int]
    machine: str
    image: str
    artifact: str


class Bench(ABC):
    """One cloud, empty at the beginning of a test."""

    cloud: str
    region: str
    machine: str
    create: str
    """What a fault's operation names to strike the making of a variant on an endpoint that is there."""
    shift: str
    """What a fault's operation names to strike the moving of traffic between the variants of one."""

    def __init__(self, local: Any, clients: Any) -> None:
        self.local, self.clients = local, clients

    def handler(self, name: str) -> Any:
        """This cloud's handler of a tool."""
        return import_module(f"mcp_handlers.{self.cloud}.{name}").call

    def bucket(self, key: str = "b" * 40, tags: Tags = TAGS) -> str:
        made = self.handler("create_storage_bucket")(
            bucket_tool.Input(region=self.region, tags=tags), self.clients, key
        )
        return str(made.resources[0].id)

    def wanted(self, bucket: str, **changes: Any) -> tool.Input:
        asked = {
            "region": self.region, "endpoint": "chat", "machine": self.machine, "bucket": bucket,
            "model": "models/chat/1", "image": "registry.example/acme/serve:1", "tags": TAGS,
        }  # fmt: skip
        return tool.Input.model_validate(asked | changes)

    def call(self, wanted: tool.Input, key: str) -> tool.Output:
        """The call, and then until the endpoint has settled."""
        made: tool.Output = self.handler("deploy_model")(wanted, self.clients, key)
        self.settled(made.endpoint)
        return made

    def settled(self, resource: Resource) -> str:
        """The health once it is not pending."""
        for _ in range(500):
            if (status := self.health(resource)) != "pending":
                return status
        raise AssertionError(f"{resource.id} never settled")

    def health(self, resource: Resource, tenant: str = "acme") -> str:
        asked = health_tool.Input(resource=resource, tenant=tenant)
        return str(self.handler("get_health")(asked, self.clients, "").health.status)

    def release(self, resource: Resource, tenant: str = "acme") -> bool:
        asked = release_tool.Input(resource=resource, tenant=tenant)
        return bool(self.handler("release_resource")(asked, self.clients, "").released)

    def perform(self, name: str, arguments: dict[str, Any], key: str) -> Any:
        """A call as an undo says it."""
        contract = import_module(f"mcp_handlers.tools.{name}").TOOL
        wanted: Noun = contract.input.model_validate(arguments)
        return self.handler(name)(wanted, self.clients, key)

    def fault(self, kind: str, **how: Any) -> None:
        self.local.fault(kind, **how)

    def heal(self) -> None:
        """Take all faults away."""
        http = getattr(self.local, "http", None) or httpx.Client(base_url=self.local.url)
        http.delete("/_tollgate/faults").raise_for_status()

    @abstractmethod
    def seen(self, endpoint: str = "chat") -> list[Seen]:
        """The endpoint's variants, oldest first; empty where there is none."""

    @abstractmethod
    def held(self) -> set[str]:
        """Everything that serving has made."""


class AwsBench(Bench):
    """SageMaker, judged by boto3."""

    cloud, region, machine, create = "aws", "eu-west-1", "m5.xlarge", "UpdateEndpoint"
    shift = "UpdateEndpointWeightsAndCapacities"
    local: LocalAws

    def seen(self, endpoint: str = "chat") -> list[Seen]:
        sagemaker = self.local.sdk("sagemaker")
        if endpoint not in self._endpoints(sagemaker):
            return []
        told = sagemaker.describe_endpoint(EndpointName=endpoint)
        weights = {one["VariantName"]: one["CurrentWeight"] for one in told["ProductionVariants"]}
        config = sagemaker.describe_endpoint_config(EndpointConfigName=told["EndpointConfigName"])
        return [self._variant(sagemaker, one, weights) for one in config["ProductionVariants"]]

    def _endpoints(self, sagemaker: Any) -> list[str]:
        listed = sagemaker.list_endpoints()["Endpoints"]
        return [one["EndpointName"] for one in listed if one["EndpointStatus"] != "Deleting"]

    def _variant(self, sagemaker: Any, one: dict[str, Any], weights: dict[str, float]) -> Seen:
        container = sagemaker.describe_model(ModelName=one["ModelName"])["PrimaryContainer"]
        least = one["InitialInstanceCount"]
        scaling = one.get("ManagedInstanceScaling", {"MinInstanceCount": least, "MaxInstanceCount": least})
        assert scaling["MinInstanceCount"] == least
        uri = container["ModelDataSource"]["S3DataSource"]["S3Uri"]
        return Seen(
            int(weights[one["VariantName"]]),
            (least, scaling["MaxInstanceCount"]),
            one["InstanceType"].removeprefix("ml."),
            container["Image"],
            uri.removeprefix("s3://").rstrip("/"),
        )

    def held(self) -> set[str]:
        sagemaker = self.local.sdk("sagemaker")
        listed = (
            self._endpoints(sagemaker),
            [one["EndpointConfigName"] for one in sagemaker.list_endpoint_configs()["EndpointConfigs"]],
            [one["ModelName"] for one in sagemaker.list_models()["Models"]],
        )
        return {name for names in listed for name in names}


class AzureBench(Bench):
    """Azure Machine Learning, judged by its typed SDK; scaling rules by bare Resource Manager."""

    cloud, region, machine, create = "azure", "westeurope", "Standard_D2s_v3", "PUT "
    shift = "PUT "
    local: LocalAzure

    def __init__(self, local: LocalAzure, clients: Any) -> None:
        super().__init__(local, clients)
        self.judge = MachineLearningServicesMgmtClient(Static(), SUBSCRIPTION, **local.sdk)
        self.place = (GROUP, workspace_name("acme", self.region))

    def seen(self, endpoint: str = "chat") -> list[Seen]:
        try:
            traffic = self.judge.online_endpoints.get(*self.place, endpoint).properties.traffic or {}
            rows = list(self.judge.online_deployments.list(*self.place, endpoint))
        except ResourceNotFoundError:
            return []
        return [self._variant(row, traffic) for row in sorted(rows, key=lambda row: row.system_data.created_at)]

    def _variant(self, row: Any, traffic: dict[str, int]) -> Seen:
        model = self.judge.model_versions.get(*self.place, *_named(row.properties.model)).properties.model_uri
        store, _, path = model.removeprefix("azureml://datastores/").partition("/paths/")
        account = self.judge.datastores.get(*self.place, store).properties.account_name
        image = self.judge.environment_versions.get(
            *self.place, *_named(row.properties.environment_id)
        ).properties.image
        return Seen(
            traffic.get(row.name, 0), self._replicas(row), row.properties.instance_type, image, f"{account}/{path}"
        )

    def _replicas(self, row: Any) -> tuple[int, int]:
        least, group = row.sku.capacity, row.id.partition("/providers/")[0]
        answer = self.local.get(f"{group}/providers/Microsoft.Insights/autoscalesettings/{row.name}")
        if answer.status_code == 404:
            return least, least
        scaling = answer.json()["properties"]
        capacity = scaling["profiles"][0]["capacity"]
        assert (scaling["targetResourceUri"], int(capacity["minimum"])) == (row.id, least)
        return least, int(capacity["maximum"])

    def held(self) -> set[str]:
        judge = self.judge
        listed = {
            "endpoint": judge.online_endpoints,
            "environment": judge.environment_containers,
            "model": judge.model_containers,
            "datastore": judge.datastores,
        }
        below = set()
        for kind, operations in listed.items():
            with suppress(ResourceNotFoundError):
                below |= {f"{kind} {one.name}" for one in operations.list(*self.place)}
        return below | {one for one in self.local.names() if "autoscale" in one.lower()}


def _named(identifier: str) -> tuple[str, str]:
    """The name and the version at the end of an asset's id."""
    *_, name, _, version = identifier.split("/")
    return name, version


class GcpBench(Bench):
    """Vertex AI, judged by google-cloud-aiplatform."""

    cloud, region, machine, create = "gcp", "europe-west4", "n1-standard-4", ":deployModel"
    shift = "PATCH "
    local: LocalGcp

    @property
    def _parent(self) -> str:
        return f"projects/{PROJECT}/locations/{self.region}"

    def seen(self, endpoint: str = "chat") -> list[Seen]:
        listed = self.local.sdk(aiplatform_v1.EndpointServiceClient).list_endpoints(parent=self._parent)
        found = [one for one in listed if one.name.endswith(f"/{endpoint}")]
        if not found:
            return []
        models = self.local.sdk(aiplatform_v1.ModelServiceClient)
        return [
            self._variant(models.get_model(name=one.model), one, found[0].traffic_split.get(one.id, 0))
            for one in sorted(found[0].deployed_models, key=lambda one: one.create_time)
        ]

    def _variant(self, model: Any, one: Any, percent: int) -> Seen:
        resources = one.dedicated_resources
        return Seen(
            percent,
            (resources.min_replica_count, resources.max_replica_count),
            resources.machine_spec.machine_type,
            model.container_spec.image_uri,
            model.artifact_uri.removeprefix("gs://"),
        )

    def held(self) -> set[str]:
        endpoints = self.local.sdk(aiplatform_v1.EndpointServiceClient).list_endpoints(parent=self._parent)
        models = self.local.sdk(aiplatform_v1.ModelServiceClient).list_models(parent=self._parent)
        return {one.name for one in endpoints} | {one.name for one in models}


BENCHES: dict[str, type[Bench]] = {"aws": AwsBench, "azure": AzureBench, "gcp": GcpBench}
