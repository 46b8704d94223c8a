"""Azure's vCPU quota families: which machine sizes draw on which counter, and how many vCPUs a size has.

The counters' names are those that `az vm list-usage` prints, odd spellings included (Red Hat OpenShift's list of tested
Azure families, and Microsoft's size pages, seen November 2026). A size of another series gets a regular name.
"""

from __future__ import annotations

import re

_ODD = (
    (r"NC\d+as_T4_v3", "Standard NCASv3_T4 Family"),
    (r"NC\d+ads_A100_v4", "StandardNCADSA100v4Family"),
    (r"NC\d+adi?s_H100_v5", "StandardNCadsH100v5Family"),
    (r"NCC\d+ads_H100_v5", "StandardNCCads2023Family"),
    (r"NC\d+r?s_v3", "standardNCSv3Family"),
    (r"ND96asr_v4", "Standard NDASv4_A100 Family"),
    (r"ND96amsr_A100_v4", "Standard NDAMSv4_A100Family"),
    (r"ND96isr?_H100_v5", "standardNDSH100v5Family"),
    (r"ND96isr_H200_v5", "standardNDISRH200V5Family"),
    (r"ND40rs_v2", "standardNDSv2Family"),
    (r"NV\d+ad[m]?s_A10_v5", "StandardNVADSA10v5Family"),
    (r"B\d+l?m?s", "standardBSFamily"),
    (r"E\d+(-\d+)?as_v6", "standardEav6Family"),
    (r"E\d+(-\d+)?ads_v6", "standardEadv6Family"),
    (r"DC\d+es_v5", "standardDCEV5Family"),
    (r"DC\d+eds_v5", "standardDCEDV5Family"),
    (r"DC\d+ds_v3", "standardDDCSv3Family"),
    (r"EC\d+es_v5", "standardECEV5Family"),
    (r"EC\d+eds_v5", "standardECEDV5Family"),
    (r"HB120(-\d+)?rs_v2", "standardHBrsv2Family"),
    (r"HB\d+(-\d+)?rs_v4", "standardHBv4Family"),
    (r"HB\d+(-\d+)?rs_v5", "standardHBv5Family"),
    (r"HC44(-\d+)?rs", "standardHCSFamily"),
    (r"HX\d+(-\d+)?rs", "standardHXFamily"),
    (r"M\d+(-\d+)?(m|l|t)?s", "standardMSFamily"),
    (r"FX\d+mds", "standardFXMDVSFamily"),
)
_PARTS = re.compile(r"(?:Standard|Basic)_([A-Z]+)(\d+)(?:-(\d+))?([a-z]*)((?:_[A-Za-z0-9]+)*?)(_v\d+)?(_Promo)?")
_NUMBERED = {
    "D": {"11": 2, "12": 4, "13": 8, "14": 16, "15": 20, "3": 4, "4": 8, "5": 16},
    "G": {"1": 2, "2": 4, "3": 8, "4": 16, "5": 32},
}
"""The G, GS, D, DS series and the latter two's v2 number their sizes instead of naming the vCPUs."""


def family(machine: str) -> str:
    """The name of the quota counter that a machine size draws on."""
    for pattern, name in _ODD:
        if re.fullmatch(f"Standard_{pattern}", machine):
            return name
    parts = _PARTS.fullmatch(machine)
    if parts is None:
        return "standardOtherFamily"
    letters, _, _, features, middle, version, promo = (part or "" for part in parts.groups())
    return f"standard{letters}{features.upper()}{middle.replace('_', '')}{version[1:]}{promo[1:]}Family"


def vcpus(machine: str) -> int:
    """How many vCPUs a size has, as far as its name tells. Constrained sizes (`E16-4as_v4`) pay for all of them."""
    parts = _PARTS.fullmatch(machine)
    if parts is None:
        return 1
    letters, size, version = parts[1], parts[2], parts[6] or ""
    numbered = _NUMBERED.get(letters.removesuffix("S"), {}) if version in ("", "_v2") else {}
    return numbered.get(size, int(size))


def known(machine: str) -> bool:
    """True for a name that has the form of an Azure size."""
    return _PARTS.fullmatch(machine) is not None
