"""Connections to Azure: made when first used and shared by all threads."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from workflow.model.errors import NoPermission, NotFound

if TYPE_CHECKING:
    from azure.keyvault.secrets import SecretClient
    from azure.mgmt.compute import ComputeManagementClient
    from azure.mgmt.storage import StorageManagementClient

    from mcp_handlers.azure.arm import Arm

PUBLIC = "https://management.azure.com"
_VAULTS = ".vault.azure.net"
_VAULT = ("connection_verify", "connection_timeout", "read_timeout", "retry_policy", "user_agent")
_IDENTITY = ("IDENTITY_ENDPOINT", "IDENTITY_HEADER")
_PLAIN = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*|")
"""What the name of a resource may be: with a dot in front it could lead elsewhere. Empty: a listing."""


class Clients:
    """Clients for the subscription and resource group that `env` names. Nothing is imported before it is needed.

    `TOLLGATE_AZURE_SUBSCRIPTION` and `TOLLGATE_AZURE_RESOURCE_GROUP` must be set. `TOLLGATE_AZURE_ENDPOINT` (default:
    Azure's public cloud), `TOLLGATE_AZURE_CA` (a file of authorities to trust) and `TOLLGATE_AZURE_POLL_SECONDS` (how
    often a long-running operation is asked for, 5) may be, and `TOLLGATE_AZURE_VAULT_URL` must be where secrets are
    rotated. The identity is the managed identity with `client_id`, or without one the function's own.
    """

    def __init__(self, env: Mapping[str, str], client_id: str = "") -> None:
        self._client_id = client_id
        self._endpoint = env.get("TOLLGATE_AZURE_ENDPOINT", PUBLIC).rstrip("/")
        self._ca = env.get("TOLLGATE_AZURE_CA", "")
        self.poll_seconds = float(env.get("TOLLGATE_AZURE_POLL_SECONDS", "5"))
        self._env = env
        self._identity = {name: env[name] for name in _IDENTITY if name in env}
        self._lock = threading.RLock()
        self._made: dict[str, Any] = {}

    @property
    def subscription(self) -> str:
        """The id of the subscription. Raises NoPermission where none is set."""
        return self._needed("TOLLGATE_AZURE_SUBSCRIPTION")

    @property
    def group(self) -> str:
        """The name of the resource group that everything is made in. Raises NoPermission where none is set."""
        return self._needed("TOLLGATE_AZURE_RESOURCE_GROUP")

    @property
    def compute(self) -> ComputeManagementClient:
        """Virtual machines and disks."""
        client: ComputeManagementClient = self._client("compute", self._make_compute)
        return client

    @property
    def storage(self) -> StorageManagementClient:
        """Storage accounts."""
        client: StorageManagementClient = self._client("storage", self._make_storage)
        return client

    @property
    def secrets(self) -> SecretClient:
        """The secrets of the vault that `TOLLGATE_AZURE_VAULT_URL` names. Raises NoPermission where none is set."""
        client: SecretClient = self._client("secrets", self._make_secrets)
        return client

    @property
    def arm(self) -> Arm:
        """Everything else, by resource id."""
        client: Arm = self._client("arm", self._make_arm)
        return client

    def id(self, kind: str, *names: str) -> str:
        """The id of a resource in our group: `id("Microsoft.Network/virtualNetworks/subnets", "net", "machines")`.

        Raises NotFound for a name that would lead elsewhere: it becomes part of an address.
        """
        if not all(map(_PLAIN.fullmatch, names)):
            raise NotFound("The name is none that Azure gives to a resource.")
        provider, *types = kind.split("/")
        below = "/".join(f"{one}/{name}" for one, name in zip(types, names, strict=True))
        return f"/subscriptions/{self.subscription}/resourceGroups/{self.group}/providers/{provider}/{below}"

    def answers(self) -> bool:
        """True if Azure Resource Manager answers a question that concerns no region, whatever it answers."""
        from azure.core.exceptions import AzureError, HttpResponseError

        try:
            self.arm.find(f"/subscriptions/{self.subscription}")
        except HttpResponseError as error:
            return error.status_code is not None and error.status_code < 500
        except AzureError:
            return False
        return True

    def _client(self, name: str, make: Any) -> Any:
        made = self._made.get(name)
        if made is not None:
            return made
        with self._lock:
            if name not in self._made:
                self._made[name] = make()
            return self._made[name]

    def _make_compute(self) -> ComputeManagementClient:
        from azure.mgmt.compute import ComputeManagementClient

        return ComputeManagementClient(self._credential(), self.subscription, **self._options())

    def _make_storage(self) -> StorageManagementClient:
        from azure.mgmt.storage import StorageManagementClient

        return StorageManagementClient(self._credential(), self.subscription, **self._options())

    def _make_secrets(self) -> SecretClient:
        from azure.keyvault.secrets import SecretClient

        url = self._needed("TOLLGATE_AZURE_VAULT_URL")
        options = {name: value for name, value in self._options().items() if name in _VAULT}
        public = urlsplit(url).hostname or ""
        # The SDK otherwise trusts a vault's word on whose tokens it takes only if the names match.
        return SecretClient(url, self._credential(), verify_challenge_resource=public.endswith(_VAULTS), **options)

    def _make_arm(self) -> Arm:
        from mcp_handlers.azure.arm import Arm

        return Arm(self._credential(), self._options())

    def _credential(self) -> Any:
        from mcp_handlers.azure.pipeline import credential

        # azure-identity reads these two from the process's environment only, at every token.
        os.environ.update(self._identity)
        return self._client("credential", lambda: credential(self._ca, self._client_id))

    def _options(self) -> dict[str, Any]:
        from mcp_handlers.azure.pipeline import options

        return options(self._endpoint, self._ca, self.poll_seconds)

    def _needed(self, name: str) -> str:
        value = self._env.get(name, "")
        if not value:
            raise NoPermission(f"{name} is not set, so there is no Azure account to work in.", f"Set {name}.")
        return value


def connect(env: Mapping[str, str]) -> Clients:
    """Clients for the account that `env` names; nothing is connected yet."""
    return Clients(env)
