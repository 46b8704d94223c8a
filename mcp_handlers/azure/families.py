"""Which of Azure's quota counters a machine size draws on.

A size's name says its family (`Standard_NC24ads_A100_v4` → `StandardNCADSA100v4Family`), but Azure spells many counters
in its own way: letters left out, parts swapped, spaces. So the counter is looked for among those that Azure reports.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_SIZE = re.compile(r"standard_([a-z]+)\d+(?:-\d+)?([a-z]*)((?:_[a-z0-9]+)*?)((?:_v\d+)?)((?:_promo)?)")
_RENAMED = {
    "ndasrv4": "ndasv4a100",
    "hbrsv4": "hbv4", "hbrsv5": "hbv5", "hcrs": "hcs", "hxrs": "hx",
    "nccadsh100v5": "nccads2023",
    "dcesv5": "dcev5", "dcedsv5": "dcedv5", "ecesv5": "ecev5", "ecedsv5": "ecedv5", "dcdsv3": "ddcsv3",
    "easv6": "eav6", "eadsv6": "eadv6",
    "fxmds": "fxmdvs",
}  # fmt: skip
_OMITTED = ("", "i", "r", "m", "l", "t", "ir", "mr", "lm", "lr", "tm", "rm")
"""Letters of a size (isolated, RDMA, more or less memory) that its counter's name may leave out."""


def counter(machine: str, names: Iterable[str]) -> str | None:
    """The counter of `machine` among the `names` that Azure reports, or None."""
    reported = {_plain(name): name for name in names}
    for candidate in _candidates(machine.lower()):
        if candidate in reported:
            return reported[candidate]
    return None


def _candidates(machine: str) -> Iterable[str]:
    parts = _SIZE.fullmatch(machine)
    if parts is None:
        return
    letters, features, middle, version, promo = parts.groups()
    middle, version, promo = (part.replace("_", "") for part in (middle, version, promo))
    for omitted in _OMITTED:
        kept = features.translate({ord(letter): None for letter in omitted})
        for tail in (middle + version, version + middle):
            name = letters + kept + tail + promo
            yield _RENAMED.get(name, name)


def _plain(name: str) -> str:
    return name.lower().replace("_", "").replace(" ", "").removeprefix("standard").removesuffix("family")
