"""What Vertex AI is told of a variant: its model, and the machines that serve it."""

from __future__ import annotations

from mcp_handlers.gcp import machines, naming
from mcp_handlers.tools.deploy_model import Input
from workflow.model.base import Json


def model(wanted: Input, key: str, name: str) -> Json:
    """The model as Vertex AI's API takes it."""
    return {
        "modelId": name,
        "model": {
            "displayName": name,
            "artifactUri": f"gs://{wanted.bucket}/{wanted.model}",
            "containerSpec": {"imageUri": wanted.image},
            "labels": naming.labels(wanted.tags, key),
        },
    }


def deployed_model(wanted: Input, project: str, name: str, variant: str) -> Json:
    """The variant as Vertex AI's API takes it: the model, and the machines that serve it."""
    machine = machines.machine(wanted.machine)
    accelerator = {
        "acceleratorType": machine.accelerator.upper().replace("-", "_"),
        "acceleratorCount": machine.gpu_count,
    }
    return {
        "id": variant,
        "model": f"projects/{project}/locations/{wanted.region}/models/{name}",
        "displayName": name,
        "dedicatedResources": {
            "machineSpec": {"machineType": machine.type, **(accelerator if machine.gpu else {})},
            "minReplicaCount": wanted.min_replicas,
            "maxReplicaCount": wanted.max_replicas,
        },
    }
