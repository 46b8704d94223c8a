"""Families: every machine has one, and the same series has the same."""

from __future__ import annotations

import pytest

from mcp_handlers.prices import names
from mcp_handlers.prices.catalog import clouds, load_cloud


@pytest.mark.parametrize(
    ("cloud", "machine", "family"),
    [
        ("aws", "m5.large", "m5"),
        ("aws", "c7i-flex.8xlarge", "c7i-flex"),
        ("aws", "u7in-24tb.224xlarge", "u7in-24tb"),
        ("azure", "Standard_NC24ads_A100_v4", "NCads_A100_v4"),
        ("azure", "Standard_D16_v5", "D_v5"),
        ("azure", "Standard_E64-16s_v3", "Es_v3"),
        ("azure", "Standard_E64s_v3", "Es_v3"),
        ("azure", "Standard_M416s_10_v2", "Ms_v2"),
        ("azure", "Standard_B1ls", "Bls"),
        ("azure", "Standard_DC4as_cc_v5", "DCas_cc_v5"),
        ("gcp", "n1-standard-4", "n1-standard"),
        ("gcp", "n1-standard-4.2xT4", "n1-standard"),
        ("gcp", "a2-highgpu-1g", "a2-highgpu"),
        ("gcp", "c4-highmem-288-lssd-metal", "c4-highmem-lssd-metal"),
        ("gcp", "e2-micro", "e2-micro"),
        ("elsewhere", "box-7", "box-7"),
    ],
)
def test_the_family_is_the_series_without_the_size(cloud: str, machine: str, family: str) -> None:
    assert names.load(cloud).family(machine) == family


@pytest.mark.parametrize("cloud", clouds())
def test_every_machine_on_sale_has_a_family_that_its_own_name_gives(cloud: str) -> None:
    catalog, naming = load_cloud(cloud), names.load(cloud)
    facts = [catalog.machine(name) for name in catalog.machines]
    assert [each.family for each in facts if each] == [naming.family(name) for name in catalog.machines]
    assert all(each and each.family and " " not in each.family for each in facts)
    assert len(catalog.families) < len(catalog.machines) / 3


@pytest.mark.parametrize("cloud", clouds())
def test_all_sizes_of_a_family_share_their_architecture_and_gpu(cloud: str) -> None:
    catalog = load_cloud(cloud)
    seen: dict[str, set[tuple[int, int]]] = {}
    for number in range(len(catalog.machines)):
        if "." in catalog.machines[number] and cloud == "gcp":
            continue
        kinds = seen.setdefault(catalog.families[catalog.family[number]], set())
        kinds.add((catalog.arch[number], catalog.gpu[number]))
    assert {family: kinds for family, kinds in seen.items() if len(kinds) > 1} == {}
