"""The Azure Machine Learning workspace of one tenant in one region: made when first needed, kept, free while idle."""

from __future__ import annotations

import hashlib

from mcp_handlers.azure.client import Clients
from mcp_handlers.azure.owned import ACCOUNT, WORKSPACE

VAULT = "Microsoft.KeyVault/vaults"


def workspace_name(tenant: str, region: str) -> str:
    """Always the same for a tenant and region, so that jobs of different tenants never share a workspace."""
    return "tgw" + hashlib.sha256(f"{tenant} {region}".encode()).hexdigest()[:18]


def ensure_workspace(clients: Clients, tenant: str, region: str) -> str:
    """The workspace's name, with the storage account and key vault that Azure demands beside each workspace.

    Nothing in it has a public address: jobs run in its managed network, on machines whose disks are encrypted.
    """
    arm, name = clients.arm, workspace_name(tenant, region)
    path = clients.id(WORKSPACE, name)
    if arm.settled(path) is not None:
        return name
    common = {"location": region, "tags": {"tollgate-shared": "workspace"}}
    storage, vault = clients.id(ACCOUNT, name), clients.id(VAULT, name)
    arm.ensure(storage, {**common, "kind": "StorageV2", "sku": {"name": "Standard_LRS"}, "properties": _STORAGE})
    directory = (arm.find(f"/subscriptions/{clients.subscription}") or {})["tenantId"]
    arm.ensure(vault, {**common, "properties": {**_VAULT, "tenantId": directory}})
    properties = {**_WORKSPACE, "storageAccount": storage, "keyVault": vault}
    arm.ensure(path, {**common, "identity": {"type": "SystemAssigned"}, "properties": properties})
    return name


_STORAGE = {
    "supportsHttpsTrafficOnly": True,
    "minimumTlsVersion": "TLS1_2",
    "allowBlobPublicAccess": False,
    "encryption": {
        "keySource": "Microsoft.Storage",
        "requireInfrastructureEncryption": True,
        "services": {"blob": {"enabled": True, "keyType": "Account"}, "file": {"enabled": True, "keyType": "Account"}},
    },
}
_VAULT = {
    "sku": {"family": "A", "name": "standard"},
    "enableRbacAuthorization": True,
    "enableSoftDelete": True,
    "publicNetworkAccess": "Enabled",
}
_WORKSPACE = {
    "friendlyName": "Tollgate",
    "hbiWorkspace": True,
    "managedNetwork": {"isolationMode": "AllowInternetOutbound"},
    "publicNetworkAccess": "Enabled",
}
