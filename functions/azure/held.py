"""The settings of a control plane's function on Azure: a secret is named by its address in Key Vault."""

from __future__ import annotations

import os
from collections.abc import Mapping

from functions.held import Kept, held
from functions.serve.settings import Settings
from mcp_handlers.azure.client import Clients
from workflow.model.errors import BadRequest, StoreAway

IDENTITY = "AZURE_CLIENT_ID"
"""The setting: which of the app's managed identities reads. Without it: the app's only one."""


def settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """The control plane's settings here. Raises BadRequest where one lacks, StoreAway where a secret cannot be read."""
    return held(environ, secret)


def read(address: str, environ: Mapping[str, str] = os.environ) -> str:
    """The secret at `https://VAULT/secrets/NAME`, in its newest version. Its value is in no error."""
    from azure.core.exceptions import AzureError
    from azure.keyvault.secrets import KeyVaultSecretIdentifier

    try:
        named = KeyVaultSecretIdentifier(address)
    except ValueError:
        raise BadRequest("A secret is named by its address.", "Set https://VAULT/secrets/NAME.") from None
    vault = {**environ, "TOLLGATE_AZURE_VAULT_URL": named.vault_url}
    try:
        found = Clients(vault, environ.get(IDENTITY, "")).secrets.get_secret(named.name)
    except AzureError as error:
        raise StoreAway(
            f"The secret {named.name} cannot be read ({type(error).__name__}).",
            "Check that it is there and that the app's identity may read it.",
        ) from None
    return found.value or ""


secret = Kept(read)
