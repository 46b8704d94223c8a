"""What compute is asked for when machines are started: one effect's instances, written out."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mcp_handlers.gcp import naming
from mcp_handlers.gcp.machines import Machine
from workflow.model.base import Json

if TYPE_CHECKING:
    from mcp_handlers.tools.provision_compute import Input

_IMAGES = {
    "x86_64": "projects/debian-cloud/global/images/family/debian-12",
    "arm64": "projects/debian-cloud/global/images/family/debian-12-arm64",
}


@dataclass(frozen=True)
class Launch:
    """Instances `0 … wanted.count - 1` of the effect `key`, all in one zone."""

    wanted: Input
    machine: Machine
    zone: str
    key: str
    spot: bool

    @property
    def path(self) -> str:
        """The collection that the instances are in."""
        return f"zones/{self.zone}/instances"

    def name(self, number: int) -> str:
        """An instance's name."""
        return naming.name(self.key, number)

    def body(self, number: int) -> Json:
        """The instance as compute's API takes it.

        No access config: no public address. Disks carry no key of their own: Google encrypts them with its own, which
        the API has no field to say. Secure Boot is left off only for GPUs, whose drivers are not signed for it.
        """
        labels = naming.labels(self.wanted.tags, self.key)
        attached = [{"acceleratorType": self._accelerator, "acceleratorCount": self.machine.gpu_count}]
        return {
            "name": self.name(number),
            "description": "Made by Tollgate",
            "machineType": f"zones/{self.zone}/machineTypes/{self.machine.type}",
            "labels": labels,
            "metadata": {"items": self._metadata()},
            "disks": [self._boot_disk(labels)],
            "networkInterfaces": [{"network": "global/networks/default", "stackType": "IPV4_ONLY"}],
            "scheduling": self._scheduling(),
            "shieldedInstanceConfig": {
                "enableSecureBoot": not self.machine.gpu,
                "enableVtpm": True,
                "enableIntegrityMonitoring": True,
            },
            **({"guestAccelerators": attached} if self.machine.attached else {}),
        }

    @property
    def _accelerator(self) -> str:
        return f"zones/{self.zone}/acceleratorTypes/{self.machine.accelerator}"

    def _metadata(self) -> list[Json]:
        exact = self.wanted.tags.model_dump(mode="json") | {"key": self.key}
        return [
            {"key": "tollgate", "value": json.dumps(exact, sort_keys=True)},
            {"key": "block-project-ssh-keys", "value": "TRUE"},
            {"key": "enable-oslogin", "value": "TRUE"},
        ]

    def _boot_disk(self, labels: Json) -> Json:
        kind = "hyperdisk-balanced" if self.machine.hyperdisk else "pd-balanced"
        return {
            "boot": True,
            "autoDelete": True,
            "initializeParams": {
                "sourceImage": _IMAGES[self.wanted.arch],
                "diskSizeGb": str(self.wanted.disk_gib),
                "diskType": f"zones/{self.zone}/diskTypes/{kind}",
                "labels": labels,
            },
        }

    def _scheduling(self) -> Json:
        if self.spot:
            return {
                "provisioningModel": "SPOT",
                "instanceTerminationAction": "DELETE",
                "onHostMaintenance": "TERMINATE",
                "automaticRestart": False,
            }
        stays = "TERMINATE" if self.machine.gpu else "MIGRATE"
        return {"provisioningModel": "STANDARD", "onHostMaintenance": stays, "automaticRestart": True}
