"""What a virtual machine of ours is, in the words of Azure's compute library."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from mcp_handlers.tools import provision_compute

if TYPE_CHECKING:
    from azure.mgmt.compute.models import OSProfile, VirtualMachine

_USER = "tollgate"
_IMAGE = {"x86_64": "server", "arm64": "server-arm64"}
_STEPS_PER_USD = 100_000
"""Azure takes a spot ceiling with five decimals at most, so it is rounded down to a hundred-thousandth of a dollar."""
_MICROS_PER_STEP = 10
_ON_DEMAND_PRICE = -1.0
"""Azure's word for a spot machine that may cost what an on-demand one does, and never more."""


def virtual_machine(
    wanted: provision_compute.Input, name: str, nic: str, tags: Mapping[str, str], *, spot: bool, ceiling: int | None
) -> VirtualMachine:
    """A Linux machine whose disks are encrypted on the host as well as at rest, that nobody can log in to with a
    password, and whose disk and interface go when it goes.

    `spot`: on spare capacity; evicted, it is stopped and keeps its disk. `ceiling`: microdollars an hour (None: the
    on-demand price). Encryption at the host must be registered once in a subscription (`EncryptionAtHost`).
    """
    from azure.mgmt.compute import models

    image = models.ImageReference(
        publisher="Canonical", offer="ubuntu-24_04-lts", sku=_IMAGE[wanted.arch], version="latest"
    )
    disk = models.OSDisk(
        name=f"{name}-os",
        create_option="FromImage",
        delete_option="Delete",
        disk_size_gb=wanted.disk_gib,
        managed_disk=models.ManagedDiskParameters(storage_account_type="StandardSSD_LRS"),
    )
    with_it = models.NetworkInterfaceReferenceProperties(primary=True, delete_option="Delete")
    reference = models.NetworkInterfaceReference(id=nic, properties=with_it)
    properties = models.VirtualMachineProperties(
        hardware_profile=models.HardwareProfile(vm_size=wanted.machine),
        security_profile=models.SecurityProfile(encryption_at_host=True),
        storage_profile=models.StorageProfile(image_reference=image, os_disk=disk),
        network_profile=models.NetworkProfile(network_interfaces=[reference]),
        os_profile=_login(name),
    )
    if spot:
        usd = _ON_DEMAND_PRICE if ceiling is None else ceiling // _MICROS_PER_STEP / _STEPS_PER_USD
        properties.priority, properties.eviction_policy = "Spot", "Deallocate"
        properties.billing_profile = models.BillingProfile(max_price=usd)
    zones = [wanted.zone] if wanted.zone else None
    return models.VirtualMachine(location=wanted.region, tags=dict(tags), zones=zones, properties=properties)


def _login(name: str) -> OSProfile:
    from azure.mgmt.compute import models

    key = models.SshPublicKey(path=f"/home/{_USER}/.ssh/authorized_keys", key_data=_throwaway())
    linux = models.LinuxConfiguration(
        disable_password_authentication=True, ssh=models.SshConfiguration(public_keys=[key])
    )
    return models.OSProfile(computer_name=name, admin_username=_USER, linux_configuration=linux)


def _throwaway() -> str:
    """A public key whose private half is forgotten at once: Azure demands a key, and nobody is to log in."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    public = Ed25519PrivateKey.generate().public_key()
    return public.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
