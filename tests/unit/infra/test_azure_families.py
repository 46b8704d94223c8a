"""Which quota counter a machine draws on: our reading of names against Azure's own spellings."""

from __future__ import annotations

import pytest

from infra.local.azure import families
from mcp_handlers.azure.families import counter
from mcp_handlers.prices.catalog import load_cloud

CATALOG = load_cloud("azure")


@pytest.mark.parametrize(
    ("machine", "name"),
    [
        ("Standard_NC24ads_A100_v4", "StandardNCADSA100v4Family"),
        ("Standard_ND96asr_v4", "Standard NDASv4_A100 Family"),
        ("Standard_ND96isr_H100_v5", "standardNDSH100v5Family"),
        ("Standard_NC64as_T4_v3", "Standard NCASv3_T4 Family"),
        ("Standard_NC6s_v3", "standardNCSv3Family"),
        ("Standard_NV36ads_A10_v5", "StandardNVADSA10v5Family"),
        ("Standard_D4s_v5", "standardDSv5Family"),
        ("Standard_E16-4as_v4", "standardEASv4Family"),
        ("Standard_E4as_v6", "standardEav6Family"),
        ("Standard_F8s_v2", "standardFSv2Family"),
        ("Standard_M64ms", "standardMSFamily"),
        ("Standard_B2ms", "standardBSFamily"),
    ],
)
def test_a_size_finds_the_counter_that_azure_gives_it(machine: str, name: str) -> None:
    others = {families.family(other) for other in CATALOG.machines}
    assert counter(machine, {*others, name}) == name
    assert families.family(machine) == name


def test_every_size_on_sale_finds_its_counter_among_all() -> None:
    reported = {families.family(machine) for machine in CATALOG.machines}
    wrong = [one for one in CATALOG.machines if counter(one, reported) != families.family(one)]
    assert wrong == []


@pytest.mark.parametrize("machine", ["Standard_Nothing", "n1-standard-4", "", "Standard_D4s_v5; x"])
def test_what_is_no_size_has_no_counter(machine: str) -> None:
    assert counter(machine, ["cores", "standardDSv5Family"]) is None
    assert not families.known(machine)


def test_a_family_that_azure_does_not_report_is_not_guessed() -> None:
    assert counter("Standard_D4s_v5", ["cores", "standardDSv4Family"]) is None


@pytest.mark.parametrize(
    ("machine", "vcpus"),
    [("Standard_D4s_v5", 4), ("Standard_DS12_v2", 4), ("Standard_GS5", 32), ("Standard_NC24ads_A100_v4", 24)],
)
def test_the_emulator_counts_the_vcpus_that_the_catalog_does(machine: str, vcpus: int) -> None:
    facts = CATALOG.machine(machine)
    assert facts is not None
    assert families.vcpus(machine) == facts.vcpus == vcpus
