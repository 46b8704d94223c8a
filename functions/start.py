"""What a process sets before it imports anything else of Tollgate, so that it starts sooner. Imported for its effect.

A start makes a few hundred thousand objects that live as long as the process. At Python's own thresholds the collector
goes through them again and again and finds nothing, a tenth of a cold start; here it waits until a start is over, and
then never looks at what that left behind again. And pydantic would look for plugins that hook into validation, among
all installed packages: we have none, want none, and do not even load what it would look with.
"""

from __future__ import annotations

import gc
import os
import sys
from types import ModuleType

_STARTING, _AFTERWARDS = (200_000, 20, 20), (20_000, 20, 20)
"""The collector's thresholds. A start with an SDK makes some 135,000 objects that it would look at."""


def _started(phase: str, info: object) -> None:
    if phase == "stop":
        gc.callbacks.remove(_started)
        gc.freeze()
        gc.set_threshold(*_AFTERWARDS)


class _NoPlugins(ModuleType):
    """In the place of pydantic's loader of plugins, whose imports are a twentieth of a start."""

    @staticmethod
    def get_plugins() -> tuple[()]:
        """None."""
        return ()


gc.set_threshold(*_STARTING)
gc.callbacks.append(_started)
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
sys.modules.setdefault("pydantic.plugin._loader", _NoPlugins("pydantic.plugin._loader"))
