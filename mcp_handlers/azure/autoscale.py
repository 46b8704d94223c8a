"""Autoscale settings: where Azure keeps the bounds between which a scale set may change its size by itself."""

from __future__ import annotations

from mcp_handlers.azure.client import Clients
from mcp_handlers.tools.scale_nodepool import Sizes
from workflow.model.base import Json
from workflow.model.errors import Rejected

SETTING = "Microsoft.Insights/autoscaleSettings"


def find(clients: Clients, target: str) -> Json:
    """The setting that is aimed at the resource `target`; empty where there is none."""
    for row in clients.arm.rows(clients.id(SETTING, "").rstrip("/")):
        if str(row["properties"].get("targetResourceUri", "")).lower() == target.lower():
            return row
    return {}


def bounds(setting: Json) -> tuple[int, int] | None:
    """The lowest and highest number of machines; None where nothing scales by itself.

    Raises Rejected for a setting whose bounds change with the time of day.
    """
    if not setting or not setting["properties"].get("enabled"):
        return None
    capacity = _profile(setting)["capacity"]
    return int(capacity["minimum"]), int(capacity["maximum"])


def aim(clients: Clients, target: str, location: str, setting: Json, wanted: Sizes) -> None:
    """Set the bounds of `target`. Equal bounds switch the setting off; its rules are kept for another time."""
    scales = wanted.minimum < wanted.maximum
    if not setting and not scales:
        return
    name = setting["name"] if setting else f"tollgate-{target.rpartition('/')[2]}"
    profile = _profile(setting) if setting else {"name": "tollgate", "rules": []}
    numbers = {"minimum": wanted.minimum, "maximum": wanted.maximum, "default": wanted.desired}
    profile = profile | {"capacity": {word: str(number) for word, number in numbers.items()}}
    kept = setting.get("properties", {"targetResourceUri": target})
    body = {"location": setting.get("location", location), "tags": setting.get("tags", {})}
    body["properties"] = kept | {"name": name, "enabled": scales, "profiles": [profile]}
    clients.arm.put(clients.id(SETTING, name), body)


def _profile(setting: Json) -> Json:
    profiles: list[Json] = setting["properties"]["profiles"]
    if len(profiles) != 1:
        raise Rejected(
            f"The autoscale setting {setting['name']} has {len(profiles)} profiles, each with its own bounds.",
            "Change them in Azure, or keep one profile.",
        )
    return profiles[0]
