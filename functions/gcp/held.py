"""The settings of a control plane's function on Google Cloud: secrets are named `projects/P/secrets/NAME`."""

from __future__ import annotations

import os
from collections.abc import Mapping

from functions.held import Kept, held
from functions.serve.settings import Settings
from workflow.model.errors import StoreAway

SECONDS = 10.0
ENDPOINT = "TOLLGATE_GCP_ENDPOINT"
"""The setting: what stands for all of Google's hosts, on the local cloud."""


def settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """The control plane's settings here. Raises BadRequest where one lacks, StoreAway where a secret cannot be read."""
    return held(environ, secret)


def read(name: str, environ: Mapping[str, str] = os.environ) -> str:
    """The secret's newest version. Its value is in no error."""
    from google.api_core.exceptions import GoogleAPIError
    from google.auth.exceptions import GoogleAuthError
    from google.cloud.secretmanager import SecretManagerServiceClient

    elsewhere = {"api_endpoint": environ[ENDPOINT]} if environ.get(ENDPOINT) else None
    try:
        with SecretManagerServiceClient(transport="rest", client_options=elsewhere) as client:
            found = client.access_secret_version(name=f"{name}/versions/latest", retry=None, timeout=SECONDS)
        return found.payload.data.decode()
    except (GoogleAPIError, GoogleAuthError, OSError, ValueError) as error:
        raise StoreAway(
            f"The secret {name} cannot be read ({type(error).__name__}).",
            "Check that it is there and that the function's account may read it.",
        ) from None


secret = Kept(read)
