"""Create a storage account with one container: encrypted twice, versioned, and open to nobody without a role."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from mcp_handlers.azure.client import Clients
from mcp_handlers.azure.errors import said, translated
from mcp_handlers.azure.labels import KEY, insist, labels, name, ours
from mcp_handlers.azure.owned import ACCOUNT
from mcp_handlers.azure.training import CONTAINER
from mcp_handlers.kernel import deadline
from mcp_handlers.tools.create_storage_bucket import Input, Output
from workflow.model.errors import OutcomeUnknown, Rejected, TollgateError
from workflow.model.resource import Resource

if TYPE_CHECKING:
    from azure.mgmt.storage.models import StorageAccountCreateParameters

PERMISSIONS = (
    "Microsoft.Storage/storageAccounts/blobServices/containers/write",
    "Microsoft.Storage/storageAccounts/blobServices/write",
    "Microsoft.Storage/storageAccounts/delete",
    "Microsoft.Storage/storageAccounts/read",
    "Microsoft.Storage/storageAccounts/write",
)
_BUSY = frozenset({"AnotherOperationInProgress", "StorageAccountOperationInProgress", "AccountIsBeingCreated"})


def call(wanted: Input, clients: Clients, key: str) -> Output:
    """Create the bucket, or find the one that the same key created. A resource's id is the account's name.

    Its endpoint answers on the Internet, as every bucket's does, but only who has an Entra identity with a role on it:
    anonymous reads and account keys are off.
    """
    insist(wanted)
    account = wanted.name or name(key)
    path, made = clients.id(ACCOUNT, account), False
    try:
        with translated(clients, wanted.region, writes=True):
            found = clients.arm.settled(path)
            if found is None:
                made = _create(clients, account, wanted, labels(wanted.tags, key))
                found = clients.arm.settled(path)
            if found is None or not ours(found.get("tags"), wanted.tags.tenant) or found["tags"][KEY] != key:
                raise Rejected(f"The storage account name {account} is taken.", "Ask for another name, or for none.")
            _furnish(clients, account, versioned=wanted.versioned)
    except TollgateError as error:
        if made:
            _undo(clients, path, wanted.region, error)
        raise
    url = found["properties"]["primaryEndpoints"]["blob"] + CONTAINER
    made_here = Resource(cloud="azure", kind="bucket", id=account, region=wanted.region)
    return Output(resources=(made_here,), url=url)


def _create(clients: Clients, account: str, wanted: Input, tags: Mapping[str, str]) -> bool:
    """True if this call made the account, False if another was faster."""
    from azure.core.exceptions import ResourceExistsError

    from mcp_handlers.azure.arm import WAIT_SECONDS

    try:
        poller = clients.storage.storage_accounts.begin_create(clients.group, account, _account(wanted.region, tags))
    except ResourceExistsError as error:
        if said(error)[0] in _BUSY:
            return False
        raise
    seconds = deadline.wait(WAIT_SECONDS)
    poller.wait(seconds)
    if not poller.done():
        raise OutcomeUnknown(f"The bucket {account} is still being made after {seconds:.0f} seconds.")
    poller.result()
    return True


def _account(region: str, tags: Mapping[str, str]) -> StorageAccountCreateParameters:
    from azure.mgmt.storage import models

    service = models.EncryptionService(enabled=True, key_type="Account")
    encryption = models.Encryption(
        key_source="Microsoft.Storage",
        require_infrastructure_encryption=True,
        services=models.EncryptionServices(blob=service, file=service),
    )
    return models.StorageAccountCreateParameters(
        location=region,
        tags=dict(tags),
        kind="StorageV2",
        sku=models.Sku(name="Standard_LRS"),
        properties=models.StorageAccountPropertiesCreateParameters(
            enable_https_traffic_only=True,
            minimum_tls_version="TLS1_2",
            allow_blob_public_access=False,
            allow_shared_key_access=False,
            allow_cross_tenant_replication=False,
            public_network_access="Enabled",
            encryption=encryption,
        ),
    )


def _furnish(clients: Clients, account: str, *, versioned: bool) -> None:
    from azure.mgmt.storage import models

    properties = models.BlobServicePropertiesProperties(is_versioning_enabled=versioned)
    service = models.BlobServiceProperties(blob_service_properties=properties)
    clients.storage.blob_services.set_service_properties(clients.group, account, service)
    container = models.BlobContainer(container_properties=models.ContainerProperties(public_access="None"))
    clients.storage.blob_containers.create(clients.group, account, CONTAINER, container)


def _undo(clients: Clients, path: str, region: str, cause: TollgateError) -> None:
    try:
        with translated(clients, region, writes=True):
            clients.arm.delete(path)
    except TollgateError:
        cause.remedy += f" The storage account {path.rpartition('/')[2]} may be left in {region}."
