"""What scale_nodepool and failover_route leave in AKS, GKE and Traffic Manager, as the clouds' typed SDKs see it."""

from __future__ import annotations

from azure.mgmt.containerservice import ContainerServiceClient
from azure.mgmt.trafficmanager import TrafficManagerManagementClient
from google.cloud import container_v1

from infra.local.azure.account import GROUP, SUBSCRIPTION
from infra.local.gcp.metadata import PROJECT
from tests.contract.clouds.azure_cloud import LocalAzure, Static
from tests.contract.clouds.gcp_cloud import LocalGcp
from tests.contract.clouds.pool_clouds import CLUSTER, POOL
from tests.contract.clouds.world import TAGS
from tests.contract.clouds.worlds import azure as azure_world
from tests.contract.clouds.worlds import gcp as gcp_world

SIZES = {"minimum": 2, "desired": 4, "maximum": 6}


def test_an_agent_pool_as_aks_sees_it(azure: LocalAzure) -> None:
    world = azure_world.World(azure)
    world.perform("scale_nodepool", {**world.pool(), **SIZES, "tags": TAGS})
    with ContainerServiceClient(Static(), SUBSCRIPTION, **azure.sdk) as judge:
        seen = judge.agent_pools.get(GROUP, CLUSTER, POOL)
    assert (seen.min_count, seen.count, seen.max_count, seen.enable_auto_scaling) == (2, 4, 6, True)
    assert (seen.vm_size, (seen.tags or {})["tollgate-tenant"]) == (world.pools.machine, "acme")


def test_a_profile_as_traffic_manager_sees_it(azure: LocalAzure) -> None:
    world = azure_world.World(azure)
    world.perform("failover_route", {**world.route(), "tenant": "acme"})
    with TrafficManagerManagementClient(Static(), SUBSCRIPTION, **azure.sdk) as judge:
        seen = judge.profiles.get(GROUP, "shop")
    ends = {one.name: (one.endpoint_status, one.weight) for one in seen.endpoints or []}
    assert (ends["old"][0], ends["new"]) == ("Disabled", ("Enabled", 150))
    assert (seen.traffic_routing_method, (seen.tags or {})["tollgate-tenant"]) == ("Weighted", "acme")


def test_a_node_pool_as_gke_sees_it(gcp: LocalGcp) -> None:
    world = gcp_world.World(gcp)
    world.perform("scale_nodepool", {**world.pool(), **SIZES, "tags": TAGS})
    judge = gcp.sdk(container_v1.ClusterManagerClient)
    place = f"projects/{PROJECT}/locations/{world.pools.zone}/clusters/{CLUSTER}/nodePools/{POOL}"
    seen = judge.get_node_pool(name=place)
    scaling = seen.autoscaling
    assert (scaling.enabled, scaling.min_node_count, scaling.max_node_count) == (True, 2, 6)
    assert seen.config.machine_type == world.pools.machine
    assert seen.config.resource_labels["tollgate-tenant"] == "acme"
