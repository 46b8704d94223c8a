"""What a request needs by its cloud's own names of permissions, from each cloud's reference of them.

AWS: Service Authorization Reference. Azure: resource provider operations. Google Cloud: IAM permissions reference.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from mcp_handlers.azure.permissions import POLLED
from tests.contract.roles.google_names import google
from tests.contract.roles.recorder import Asked

_AWS = {
    "s3:DeleteObjects": ("s3:DeleteObject", "s3:DeleteObjectVersion"),
    "s3:GetPublicAccessBlock": ("s3:GetBucketPublicAccessBlock",),
    "s3:ListMultipartUploads": ("s3:ListBucketMultipartUploads",),
    "s3:ListBuckets": ("s3:ListAllMyBuckets",),
    "s3:ListObjectVersions": ("s3:ListBucketVersions",),
    "s3:PutBucketEncryption": ("s3:PutEncryptionConfiguration",),
    "s3:PutPublicAccessBlock": ("s3:PutBucketPublicAccessBlock",),
    "s3:CreateBucket": ("s3:CreateBucket", "s3:TagResource"),
    "ec2:RunInstances": ("ec2:RunInstances", "ec2:CreateTags"),
    "ec2:CreateVolume": ("ec2:CreateVolume", "ec2:CreateTags"),
    "sagemaker:CreateEndpoint": ("sagemaker:CreateEndpoint", "sagemaker:AddTags"),
    "sagemaker:CreateEndpointConfig": ("sagemaker:CreateEndpointConfig", "sagemaker:AddTags"),
    "sagemaker:CreateModel": ("sagemaker:CreateModel", "sagemaker:AddTags", "iam:PassRole"),
    "sagemaker:CreateTrainingJob": ("sagemaker:CreateTrainingJob", "sagemaker:AddTags", "iam:PassRole"),
    "sts:GetCallerIdentity": (),
    "sts:AssumeRole": (),
}
"""Operations that are not named like their one action. Anybody may ask who he is; to assume the tool's role is the
function's right and not the role's."""

_AZURE_VERBS = {"GET": "read", "HEAD": "read", "PUT": "write", "PATCH": "write", "DELETE": "delete"}
_AZURE_ALSO = {
    "Microsoft.Compute/virtualMachines/write": (
        "Microsoft.Compute/disks/write",
        "Microsoft.Network/networkInterfaces/join/action",
    ),
    "Microsoft.Network/networkInterfaces/write": ("Microsoft.Network/virtualNetworks/subnets/join/action",),
}
"""What else Azure checks."""
_SECRETS = "Microsoft.KeyVault/vaults/secrets"
_AZURE_SPELLED = {"autoscalesettings": "autoscaleSettings"}


def needed(asked: Asked) -> tuple[str, ...]:
    """The permissions that a request needs; none for one that any account may make, or that asks who answers."""
    return {"aws": _aws, "azure": _azure, "gcp": google}[asked.cloud](asked.how, asked.what)


def _aws(service: str, operation: str) -> tuple[str, ...]:
    name = f"{service.replace('-', '')}:{operation}"
    return _AWS.get(name, (name,))


def _azure(method: str, url: str) -> tuple[str, ...]:
    path = urlsplit(url).path
    if path.startswith("/secrets/"):
        return (_secret(method, path),)
    if path.startswith("/msi/") or "/providers/" not in path:
        # A token of one's own; and whether anybody answers, where a refusal is an answer, too.
        return ()
    provider, *parts = path.rpartition("/providers/")[2].rstrip("/").split("/")
    if parts[0] == "locations" and parts[2].lower() in ("operations", "operationresults"):
        return POLLED.get(provider, ())
    if parts[0] == "locations":
        return (f"{provider}/locations/{parts[2]}/read",)
    kinds = "/".join(_AZURE_SPELLED.get(one, one) for one in parts[0::2])
    name = f"{provider}/{kinds}/{'action' if method == 'POST' else _AZURE_VERBS[method]}"
    return (name, *_AZURE_ALSO.get(name, ()))


def _secret(method: str, path: str) -> str:
    versions = path.endswith("/versions")
    data = {"PUT": "setSecret/action", "PATCH": "update/action"}
    return f"{_SECRETS}/{data.get(method, 'readMetadata/action' if versions else 'getSecret/action')}"
