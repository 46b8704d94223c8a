"""The settings of a control plane's function on AWS. Its secrets are in Secrets Manager, and kept a while once read."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from aws_lambda_powertools.utilities import parameters
from aws_lambda_powertools.utilities.parameters.exceptions import GetParameterError

from functions.planes import URLS, addresses
from functions.serve.settings import OIDC, Settings
from workflow.model.errors import BadRequest, StoreAway

DATABASE, KEYRING = "TOLLGATE_DATABASE_SECRET", "TOLLGATE_KEYRING_SECRET"
"""The settings: which secret holds the database's URL, and which one the signing keys as `keyring.json` has them."""
DATABASE_SECONDS, KEYRING_SECONDS = 300, 30
"""For how long each is remembered. A new key is published a minute before it signs; so it is known by then."""


def settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """The control plane's settings here. Raises BadRequest where one lacks, StoreAway where a secret cannot be read."""
    return Settings(
        home=Path(tempfile.gettempdir()),
        port=0,
        database_url=secret(environ, DATABASE, DATABASE_SECONDS).strip(),
        oidc=environ.get(OIDC, ""),
        urls=addresses(environ.get(URLS, "")),
        ring=lambda: secret(environ, KEYRING, KEYRING_SECONDS).encode(),
    )


def secret(environ: Mapping[str, str], setting: str, seconds: int) -> str:
    """The secret that `setting` names. Its value is in no error."""
    name = environ.get(setting, "")
    if not name:
        raise BadRequest(f"{setting} is not set.", "Set it to a secret's name, as serverless.yml does.")
    try:
        return str(parameters.get_secret(name, max_age=seconds))
    except GetParameterError as error:
        # Powertools says what it was in the context only.
        cause = type(error.__context__ or error).__name__
        raise StoreAway(
            f"The secret {name} cannot be read ({cause}).", "Check that it is there and that the role may read it."
        ) from None
