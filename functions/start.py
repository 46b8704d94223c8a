"""What a process sets before it imports anything else of Tollgate, so that it starts sooner. Imported for its effect.

A start makes a few hundred thousand objects that live as long as the process. At Python's own thresholds the collector
goes through them again and again and finds nothing, up to a tenth of a cold start; at these it runs less often. And
pydantic would read the metadata of every installed package, in search of plugins that could hook into validation: we
have none, and want none.
"""

from __future__ import annotations

import gc
import os

gc.set_threshold(20_000, 20, 20)
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
