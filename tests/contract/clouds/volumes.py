"""One way to try attach_volume on every cloud: machines to attach to, and the official SDKs as judges of the rest."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import Any

import httpx
from azure.mgmt.compute import ComputeManagementClient
from google.cloud import compute_v1

from infra.local.azure.account import GROUP, SUBSCRIPTION
from infra.local.gcp.metadata import PROJECT
from mcp_handlers.azure import client as azure_client
from mcp_handlers.tools import attach_volume as tool
from mcp_handlers.tools import get_health, provision_compute, release_resource
from mcp_handlers.tools.contract import Tags
from tests.contract.clouds.aws_cloud import LocalAws
from tests.contract.clouds.azure_cloud import LocalAzure, Static
from tests.contract.clouds.gcp_cloud import LocalGcp
from workflow.model.resource import Health, Resource

TAGS = Tags(tenant="acme", project="vision", run="run-1", owner="ada@acme.eu", environment="development")
KEY = "0123456789abcdef0123456789abcdef01234567"
MACHINES = "machine"
"""How the keys of machines begin, and so the labels of their own disks."""


@dataclass(frozen=True)
class Seen:
    """A data volume as the cloud's own SDK sees it. `holder` is the machine that has it, or empty."""

    id: str
    gib: int
    zone: str
    encrypted: bool
    tenant: str
    key: str
    holder: str


class World(ABC):
    """A cloud with machines. `room`: how many volumes one machine takes; operations are as faults name them."""

    cloud: str
    region: str
    elsewhere: str
    """Another region."""
    zones: tuple[str, str]
    machine_type: str
    room: int
    creates: str
    attaches: str

    def __init__(self, local: Any, clients: Any) -> None:
        self.local = local
        self.clients = clients

    def handler(self, name: str) -> ModuleType:
        """The cloud's file for a tool."""
        return import_module(f"mcp_handlers.{self.cloud}.{name}")

    def machine(self, *, tenant: str = "acme", zone: str | None = None, region: str = "", number: int = 0) -> Resource:
        """A running machine of the tenant."""
        asked = provision_compute.Input(
            region=region or self.region,
            zone=self.zones[0] if zone is None else zone,
            machine=self.machine_type,
            tags=TAGS.model_copy(update={"tenant": tenant}),
        )
        key = f"{MACHINES}-{tenant}-{number}-{asked.region}"
        made: Resource = self.handler("provision_compute").call(asked, self.clients, key).resources[0]
        return made

    def attach(self, instance: Resource, key: str = KEY, **changes: Any) -> tool.Output:
        """Call the tool."""
        done: tool.Output = self.handler("attach_volume").call(self.wanted(instance, **changes), self.clients, key)
        return done

    def wanted(self, instance: Resource, **changes: Any) -> tool.Input:
        """What is asked for, with defaults."""
        return tool.Input(**{"region": self.region, "instance": instance, "size_gib": 40, "tags": TAGS, **changes})

    def health(self, resource: Resource, tenant: str = "acme") -> Health:
        """Ask get_health."""
        asked = get_health.Input(resource=resource, tenant=tenant)
        health: Health = self.handler("get_health").call(asked, self.clients, "").health
        return health

    def release(self, resource: Resource, tenant: str = "acme") -> bool:
        """Ask release_resource."""
        asked = release_resource.Input(resource=resource, tenant=tenant)
        released: bool = self.handler("release_resource").call(asked, self.clients, "").released
        return released

    @abstractmethod
    def heal(self) -> None:
        """Take all faults away."""

    @abstractmethod
    def volumes(self) -> list[Seen]:
        """Every data volume that there is."""

    @abstractmethod
    def detach(self, volume: Seen) -> None:
        """Detach it behind Tollgate's back."""

    @abstractmethod
    def give(self, volume: Seen, machine: Resource) -> None:
        """Attach a detached volume to a machine behind Tollgate's back."""

    @abstractmethod
    def device(self, volume: Seen) -> str:
        """Where the machine that has the volume finds it."""


class Aws(World):
    """EC2, judged by boto3."""

    cloud, region, elsewhere, zones = "aws", "eu-west-1", "eu-central-1", ("eu-west-1b", "eu-west-1a")
    machine_type, room, creates, attaches = "m7i.large", 11, "CreateVolume", "AttachVolume"
    local: LocalAws

    def heal(self) -> None:
        httpx.delete(f"{self.local.url}/_tollgate/faults").raise_for_status()

    def volumes(self) -> list[Seen]:
        every = self.local.sdk("ec2").describe_volumes()["Volumes"]
        tagged = [(volume, {tag["Key"]: tag["Value"] for tag in volume.get("Tags", [])}) for volume in every]
        return [
            Seen(
                volume["VolumeId"],
                volume["Size"],
                volume["AvailabilityZone"],
                volume["Encrypted"],
                tags["tollgate:tenant"],
                tags["tollgate:key"],
                "".join(one["InstanceId"] for one in volume["Attachments"]),
            )
            for volume, tags in tagged
            if "tollgate:key" in tags and not tags["tollgate:key"].startswith(MACHINES)
        ]

    def detach(self, volume: Seen) -> None:
        self.local.sdk("ec2").detach_volume(VolumeId=volume.id, InstanceId=volume.holder)

    def give(self, volume: Seen, machine: Resource) -> None:
        self.local.sdk("ec2").attach_volume(VolumeId=volume.id, InstanceId=machine.id, Device="/dev/sdp")

    def device(self, volume: Seen) -> str:
        (found,) = self.local.sdk("ec2").describe_volumes(VolumeIds=[volume.id])["Volumes"]
        return str(found["Attachments"][0]["Device"])


class Azure(World):
    """Managed disks, judged by azure-mgmt-compute."""

    cloud, region, elsewhere, zones = "azure", "westeurope", "northeurope", ("2", "1")
    machine_type, room, creates, attaches = "Standard_D2s_v5", 4, "/disks/", "attachDetachDataDisks"
    local: LocalAzure

    def __init__(self, local: LocalAzure) -> None:
        super().__init__(local, azure_client.connect(local.environment))
        self.judge = ComputeManagementClient(Static(), SUBSCRIPTION, **local.sdk)

    def heal(self) -> None:
        self.local.heal()

    def volumes(self) -> list[Seen]:
        return [
            Seen(
                disk.name,
                disk.disk_size_gb,
                "".join(disk.zones or []),
                disk.encryption.type == "EncryptionAtRestWithPlatformKey",
                disk.tags["tollgate-tenant"],
                disk.tags["tollgate-key"],
                (disk.managed_by or "").rpartition("/")[2],
            )
            for disk in self.judge.disks.list_by_resource_group(GROUP)
            if disk.tags
        ]

    def detach(self, volume: Seen) -> None:
        disk = self.judge.disks.get(GROUP, volume.id).id
        change = {"dataDisksToDetach": [{"diskId": disk}]}
        self.judge.virtual_machines.begin_attach_detach_data_disks(GROUP, volume.holder, change).result()

    def give(self, volume: Seen, machine: Resource) -> None:
        disk = self.judge.disks.get(GROUP, volume.id).id
        change = {"dataDisksToAttach": [{"diskId": disk}]}
        self.judge.virtual_machines.begin_attach_detach_data_disks(GROUP, machine.id, change).result()

    def device(self, volume: Seen) -> str:
        machine = self.judge.virtual_machines.get(GROUP, volume.holder)
        luns = {disk.name: disk.lun for disk in machine.storage_profile.data_disks}
        return f"/dev/disk/azure/scsi1/lun{luns[volume.id]}"


class Gcp(World):
    """Persistent disks, judged by google-cloud-compute."""

    cloud, region, elsewhere = "gcp", "europe-west4", "us-central1"
    zones = ("europe-west4-b", "europe-west4-a")
    machine_type, room = "e2-micro", 15
    creates, attaches = f"POST /compute/v1/projects/{PROJECT}/zones/europe-west4-b/disks", "/attachDisk"
    local: LocalGcp

    def heal(self) -> None:
        self.local.http.delete("/_tollgate/faults").raise_for_status()

    @property
    def _disks(self) -> Any:
        return self.local.sdk(compute_v1.DisksClient)

    def volumes(self) -> list[Seen]:
        return [
            Seen(
                disk.name,
                disk.size_gb,
                disk.zone.rpartition("/")[2],
                True,
                disk.labels["tollgate-tenant"],
                disk.labels["tollgate-key"],
                "".join(user.rpartition("/")[2] for user in disk.users),
            )
            for _, scope in self._disks.aggregated_list(project=PROJECT)
            for disk in scope.disks
            if not disk.labels["tollgate-key"].startswith(MACHINES)
        ]

    def detach(self, volume: Seen) -> None:
        self.local.instances.detach_disk(
            project=PROJECT, zone=volume.zone, instance=volume.holder, device_name=volume.id
        ).result()

    def give(self, volume: Seen, machine: Resource) -> None:
        disk = compute_v1.AttachedDisk(source=f"projects/{PROJECT}/zones/{volume.zone}/disks/{volume.id}")
        self.local.instances.attach_disk(
            project=PROJECT, zone=volume.zone, instance=machine.id, attached_disk_resource=disk
        ).result()

    def device(self, volume: Seen) -> str:
        machine = self.local.instances.get(project=PROJECT, zone=volume.zone, instance=volume.holder)
        names = {disk.source.rpartition("/")[2]: disk.device_name for disk in machine.disks}
        return f"/dev/disk/by-id/google-{names[volume.id]}"
