"""A weighted and a failover route on each local cloud, made and judged by the cloud's SDK where one is installed."""

from __future__ import annotations

from typing import Any, Protocol

from infra.local.azure.account import GROUP, SUBSCRIPTION
from infra.local.gcp.metadata import PROJECT
from tests.contract.clouds.aws_cloud import LocalAws
from tests.contract.clouds.azure_cloud import BEARER, LocalAzure
from tests.contract.clouds.gcp_cloud import LocalGcp

NAME = "shop.example.com"


class Routes(Protocol):
    """A judge. Targets are `old`, which carries 100, and `new`, which carries nothing or what `create` is told."""

    cloud: str
    region: str
    change: str
    old: str
    new: str
    name: str

    def create(self, tenant: str, carries: int = 0) -> str:
        """A weighted route, both targets healthy and watched if they carry anything; the zone's id."""

    def failover(self, tenant: str) -> str:
        """A failover route; the zone's id."""

    def weights(self, zone: str) -> dict[str, float]:
        """What each target carries."""

    def serving(self, zone: str) -> str:
        """Which target of the failover route comes first."""

    def sicken(self, target: str) -> None:
        """Make what watches the target report it as ill."""

    def fault(self, kind: str, **how: Any) -> None:
        """Put a fault in force."""


class AwsRoutes:
    """Route 53, by boto3."""

    cloud, region, change, old, new, name = "aws", "eu-west-1", "POST /2013-04-01/hostedzone", "old", "new", NAME

    def __init__(self, aws: LocalAws) -> None:
        self.fault, self._sdk = aws.fault, aws.sdk("route53")
        self._checks: dict[str, str] = {}

    def create(self, tenant: str, carries: int = 0) -> str:
        return self._zone(tenant, {"old": {"Weight": 100}, "new": {"Weight": carries}})

    def failover(self, tenant: str) -> str:
        return self._zone(tenant, {"old": {"Failover": "PRIMARY"}, "new": {"Failover": "SECONDARY"}})

    def _zone(self, tenant: str, targets: dict[str, dict[str, Any]]) -> str:
        made = self._sdk.create_hosted_zone(Name="example.com", CallerReference=tenant)["HostedZone"]["Id"]
        zone = str(made.rpartition("/")[2])
        tags = [{"Key": "tollgate:tenant", "Value": tenant}]
        self._sdk.change_tags_for_resource(ResourceType="hostedzone", ResourceId=zone, AddTags=tags)
        changes = []
        for number, (name, policy) in enumerate(targets.items()):
            check = {"Type": "TCP", "IPAddress": f"192.0.2.{number}", "Port": 443}
            created = self._sdk.create_health_check(CallerReference=name, HealthCheckConfig=check)
            self._checks[name] = created["HealthCheck"]["Id"]
            record = {
                "Name": NAME, "Type": "A", "SetIdentifier": name, "TTL": 30, "HealthCheckId": self._checks[name],
                "ResourceRecords": [{"Value": f"192.0.2.{number}"}], **policy,
            }  # fmt: skip
            changes.append({"Action": "CREATE", "ResourceRecordSet": record})
        self._sdk.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": changes})
        return zone

    def _records(self, zone: str) -> list[dict[str, Any]]:
        found = self._sdk.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
        return [row for row in found if row["Type"] == "A"]

    def weights(self, zone: str) -> dict[str, float]:
        assert all(row["HealthCheckId"] and row["TTL"] == 30 for row in self._records(zone))
        return {row["SetIdentifier"]: row["Weight"] for row in self._records(zone)}

    def serving(self, zone: str) -> str:
        return str(next(row["SetIdentifier"] for row in self._records(zone) if row["Failover"] == "PRIMARY"))

    def sicken(self, target: str) -> None:
        self.fault("unhealthy", operation=f"{self._checks[target]}/status")


class AzureRoutes:
    """Traffic Manager, by bare Resource Manager calls as its REST reference has them: no SDK for it is installed."""

    cloud, region, change, old, new = "azure", "westeurope", "PUT /subscriptions", "old", "new"
    name = "shop.trafficmanager.net"

    def __init__(self, azure: LocalAzure) -> None:
        self.fault, self._azure = azure.fault, azure
        group = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{GROUP}"
        self._path = f"{group}/providers/Microsoft.Network/trafficManagerProfiles"

    def create(self, tenant: str, carries: int = 0) -> str:
        state = {"endpointStatus": "Enabled" if carries else "Disabled", "weight": carries or 1}
        return self._profile(tenant, "Weighted", {"weight": 100}, state)

    def failover(self, tenant: str) -> str:
        return self._profile(tenant, "Priority", {"priority": 1}, {"priority": 2})

    def _profile(self, tenant: str, method: str, old: dict[str, Any], new: dict[str, Any]) -> str:
        kind = "Microsoft.Network/trafficManagerProfiles/externalEndpoints"
        endpoints = [
            {"name": name, "type": kind, "properties": {"target": f"{name}.example.com", **told}}
            for name, told in (("old", old), ("new", new))
        ]
        properties = {
            "trafficRoutingMethod": method,
            "dnsConfig": {"relativeName": "shop", "ttl": 30},
            "monitorConfig": {"protocol": "HTTPS", "port": 443, "path": "/"},
            "endpoints": endpoints,
        }
        body = {"location": "global", "tags": {"tollgate-tenant": tenant}, "properties": properties}
        query = {"api-version": "2022-04-01"}
        self._azure.http.put(f"{self._path}/shop", params=query, headers=BEARER, json=body).raise_for_status()
        return "shop"

    def _endpoints(self, zone: str) -> dict[str, dict[str, Any]]:
        found = self._azure.get(f"{self._path}/{zone}").raise_for_status().json()["properties"]
        assert found["monitorConfig"]["port"] == 443
        return {end["name"]: end["properties"] for end in found["endpoints"]}

    def weights(self, zone: str) -> dict[str, float]:
        ends = self._endpoints(zone)
        return {name: end["weight"] if end["endpointStatus"] == "Enabled" else 0 for name, end in ends.items()}

    def serving(self, zone: str) -> str:
        ends = self._endpoints(zone)
        return min(ends, key=lambda name: ends[name]["priority"])

    def sicken(self, target: str) -> None:
        self.fault("unhealthy", operation=f"probe {target}")


class GcpRoutes:
    """Cloud DNS, by its REST API as Google's discovery document has it: no SDK for it is installed."""

    cloud, region, change, name = "gcp", "europe-west4", "/changes", NAME
    old, new = "10.0.0.1", "10.0.0.2"

    def __init__(self, gcp: LocalGcp) -> None:
        self.fault, self._http, self._base = gcp.fault, gcp.http, f"/dns/v1/projects/{PROJECT}/managedZones"

    def create(self, tenant: str, carries: int = 0) -> str:
        items = [
            {"weight": weight, "healthCheckedTargets": {"internalLoadBalancers": [self._balancer(address)]}}
            for address, weight in ((self.old, 100.0), (self.new, float(carries)))
        ]
        return self._zone(tenant, {"wrr": {"items": items}})

    def failover(self, tenant: str) -> str:
        backup = {
            "location": self.region,
            "healthCheckedTargets": {"internalLoadBalancers": [self._balancer(self.new)]},
        }
        primary = {"internalLoadBalancers": [self._balancer(self.old)]}
        return self._zone(
            tenant, {"primaryBackup": {"primaryTargets": primary, "backupGeoTargets": {"items": [backup]}}}
        )

    def _zone(self, tenant: str, policy: dict[str, Any]) -> str:
        body = {"name": "shop-zone", "dnsName": "example.com.", "labels": {"tollgate-tenant": tenant}}
        self._http.post(self._base, json=body).raise_for_status()
        record = {"name": f"{NAME}.", "type": "A", "ttl": 30, "routingPolicy": policy}
        made = self._http.post(f"{self._base}/shop-zone/changes", json={"additions": [record]}).raise_for_status()
        assert made.json()["status"] == "done"
        return "shop-zone"

    def _balancer(self, address: str) -> dict[str, str]:
        """An internal load balancer at the address, with one group of machines behind it."""
        name, place = f"lb-{address.rpartition('.')[2]}", f"/compute/v1/projects/{PROJECT}/regions/{self.region}"
        group = {"group": f"{place}/instanceGroups/{name}"}
        for kind, body in (
            ("backendServices", {"name": name, "backends": [group]}),
            (
                "forwardingRules",
                {"name": name, "IPAddress": address, "backendService": f"{place}/backendServices/{name}"},
            ),
        ):
            self._http.post(f"{place}/{kind}", json=body).raise_for_status()
        where = {"ipAddress": address, "port": "443", "ipProtocol": "tcp", "project": PROJECT, "region": self.region}
        return {**where, "networkUrl": "default", "loadBalancerType": "regionalL4ilb"}

    def _policy(self, zone: str) -> dict[str, Any]:
        found = self._http.get(f"{self._base}/{zone}/rrsets/{NAME}./A").raise_for_status().json()
        assert found["ttl"] == 30
        return dict(found["routingPolicy"])

    def weights(self, zone: str) -> dict[str, float]:
        items = self._policy(zone)["wrr"]["items"]
        return {item["healthCheckedTargets"]["internalLoadBalancers"][0]["ipAddress"]: item["weight"] for item in items}

    def serving(self, zone: str) -> str:
        return "backup" if self._policy(zone)["primaryBackup"].get("trickleTraffic") == 1 else "primary"

    def sicken(self, target: str) -> None:
        self.fault("unhealthy", operation=f"instanceGroups/lb-{target.rpartition('.')[2]}")
