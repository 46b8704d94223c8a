"""Tollgate's own servers as a process that the supervisor keeps beside the local cloud."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from functions.judges import judging
from functions.orchestrate.wake import EMULATOR, QUEUE
from functions.serve.settings import DATABASE_URL, OIDC, Settings
from functions.webhooks.doors import settings_of
from functions.webhooks.people import PEOPLE
from infra.local.services import Service, clean_environment
from mcp_handlers.prices.catalog import FOLDER


def tollgate_service(told: Settings) -> Service:
    """The control plane and the clouds' endpoints as a process to keep."""
    environment = clean_environment(
        {
            **{name: value for name, value in os.environ.items() if name.startswith("OTEL_")},
            **told.environment(),
            "TOLLGATE_HOME": str(told.home),
            "TOLLGATE_PORT": str(told.port),
            DATABASE_URL: told.database_url,
            OIDC: told.oidc,
            **judging(os.environ),
            QUEUE: os.environ.get(QUEUE, ""),
            EMULATOR: os.environ.get(EMULATOR, ""),
            **settings_of(os.environ),
            PEOPLE: os.environ.get(PEOPLE, ""),
            **_prices(),
            "TOLLGATE_LOCAL_PORT_BASE": os.environ.get("TOLLGATE_LOCAL_PORT_BASE", ""),
        }
    )
    command = (sys.executable, "-m", "functions.serve")
    return Service("tollgate", command, told.port, f"{told.control_url}/healthz", environment)


def _prices() -> dict[str, str]:
    """The folder of refreshed prices, where there is one."""
    folder = os.environ.get(FOLDER)
    return {FOLDER: str(Path(folder).resolve())} if folder else {}
