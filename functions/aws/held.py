"""The settings of a control plane's function on AWS: a secret is named as Secrets Manager has it."""

from __future__ import annotations

import os
from collections.abc import Mapping

from aws_lambda_powertools.utilities import parameters
from aws_lambda_powertools.utilities.parameters.exceptions import GetParameterError

from functions.held import DATABASE, DATABASE_SECONDS, KEYRING, KEYRING_SECONDS, held
from functions.serve.settings import Settings
from workflow.model.errors import StoreAway

__all__ = ["DATABASE", "DATABASE_SECONDS", "KEYRING", "KEYRING_SECONDS", "secret", "settings"]


def settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """The control plane's settings here. Raises BadRequest where one lacks, StoreAway where a secret cannot be read."""
    return held(environ, secret)


def secret(name: str, seconds: int) -> str:
    """The secret's newest version; Powertools remembers it. Its value is in no error."""
    try:
        return str(parameters.get_secret(name, max_age=seconds))
    except GetParameterError as error:
        # Powertools says what it was in the context only.
        cause = type(error.__context__ or error).__name__
        raise StoreAway(
            f"The secret {name} cannot be read ({cause}).", "Check that it is there and that the role may read it."
        ) from None
