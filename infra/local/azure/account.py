"""The account that the local Azure has from its start: one subscription with one resource group."""

from __future__ import annotations

from typing import Final

SUBSCRIPTION: Final = "00000000-0000-0000-0000-000000000001"
DIRECTORY: Final = "00000000-0000-4000-8000-0000000000d1"
"""The Entra tenant's id. It has nothing to do with Tollgate's tenants."""
GROUP: Final = "tollgate"
GROUP_LOCATION: Final = "westeurope"

LOCATIONS: Final = frozenset({
    "australiacentral", "australiacentral2", "australiaeast", "australiasoutheast", "austriaeast",
    "belgiumcentral", "brazilsouth", "brazilsoutheast", "canadacentral", "canadaeast", "centralindia",
    "centralus", "chilecentral", "denmarkeast", "eastasia", "eastus", "eastus2", "francecentral", "francesouth",
    "germanynorth", "germanywestcentral", "indonesiacentral", "israelcentral", "italynorth", "japaneast",
    "japanwest", "jioindiacentral", "jioindiawest", "koreacentral", "koreasouth", "malaysiawest",
    "mexicocentral", "newzealandnorth", "northcentralus", "northeurope", "norwayeast", "norwaywest",
    "polandcentral", "qatarcentral", "southafricanorth", "southafricawest", "southcentralus", "southeastasia",
    "southindia", "spaincentral", "swedencentral", "switzerlandnorth", "switzerlandwest", "uaecentral",
    "uaenorth", "uksouth", "ukwest", "westcentralus", "westeurope", "westindia", "westus", "westus2", "westus3",
})  # fmt: skip
"""Azure's public locations, by their programmatic names."""


def location(name: str) -> str:
    """The programmatic form of a location's name: `West Europe` becomes `westeurope`."""
    return name.replace(" ", "").lower()
