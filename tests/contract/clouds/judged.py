"""What the worlds of the three local clouds share: their parts, each judged by the cloud's own SDK."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

from mcp_handlers.tools.scale_nodepool import Sizes
from tests.contract.clouds.pool_clouds import POOL, Pools
from tests.contract.clouds.route_clouds import Routes
from tests.contract.clouds.secret_clouds import SecretStore
from tests.contract.clouds.serving_benches import Bench
from tests.contract.clouds.volumes import World as Volumes
from tests.contract.clouds.world import KEY, World
from workflow.model.base import Json

SECRET = "db-password"


class Judged(World):
    """A local cloud, by the judges of its volumes, secrets, pools, routes and endpoints."""

    volumes: Volumes
    store: SecretStore
    pools: Pools
    routes: Routes
    bench: Bench
    zone = ""
    local: Any

    def fault(self, kind: str, **how: Any) -> None:
        self.local.fault(kind, **how)

    def heal(self) -> None:
        self.volumes.heal()

    def secret(self) -> Json:
        self.store.create(SECRET, "acme")
        return {"region": self.region, "secret": SECRET}

    def route(self) -> Json:
        self.zone = self.routes.create("acme", 50)
        ends = {"from_target": self.routes.old, "to_target": self.routes.new}
        return {"region": self.region, "zone": self.zone, "record": self.routes.name, **ends}

    def pool(self) -> Json:
        self.pools.make(Sizes(minimum=1, maximum=3, desired=2), "acme")
        where = {"region": self.pools.region, "zone": self.pools.zone, "cluster": self.pools.cluster}
        return {**where, "pool": POOL, "machine": self.pools.machine}

    def perform(self, tool: str, arguments: Json, key: str = KEY, clients: Any = None) -> Any:
        """As it is; a model's endpoint has settled afterwards."""
        made = super().perform(tool, arguments, key, clients)
        if tool == "deploy_model":
            self.bench.settled(made.endpoint)
        return made

    def held(self, tool: str) -> list[str]:
        match tool:
            case "attach_volume":
                return sorted(f"{one.id} in {one.holder}" for one in self.volumes.volumes())
            case "deploy_model":
                return [str(one) for one in self.bench.seen()]
            case "rotate_secret":
                value = self.store.current(SECRET)[1]
                every = [one for one in self.store.versions(SECRET).values() if one]
                return [value, *sorted(one for one in every if one != value)]
            case "failover_route":
                return [str(self.routes.weights(self.zone))]
            case "scale_nodepool":
                return [str(self.pools.sizes())]
        return sorted(self.resources(tool))

    @abstractmethod
    def resources(self, tool: str) -> list[str]:
        """The names of all machines, running jobs or (for any other tool) buckets."""
