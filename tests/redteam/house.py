"""The house under attack: real control plane, functions, gate, store and keys in this process, before a cloud whose
every effect is counted.

What is not real is the last step alone: where a handler would call a cloud's SDK it writes down what it was told.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.applications import Starlette

from functions.binding import bind
from functions.registry import cloud_names, contracts
from functions.serve.asgi import app
from functions.serve.plane import approval_routes, catalog_endpoint, control, control_endpoints
from functions.serve.settings import Settings
from functions.serve.wellknown import emergency
from mcp_handlers.kernel.clock import SystemClock
from mcp_handlers.kernel.endpoint import Endpoint
from mcp_handlers.kernel.function import Function
from mcp_handlers.kernel.grant import HEADER, Grant
from mcp_handlers.kernel.jws import LOCAL_ISSUER
from mcp_handlers.kernel.observed import Observed
from mcp_handlers.kernel.wire import META
from mcp_handlers.tools import (
    create_storage_bucket,
    get_health,
    get_quotas,
    provision_compute,
    release_resource,
    rotate_secret,
)
from mcp_handlers.tools.contract import Placed
from tests.fakes.clock import FixedClock
from workflow.control.approvals.desk import Desk
from workflow.control.emergency import Emergency
from workflow.control.signing import RingSigner, local_signer
from workflow.model.base import Json, Noun
from workflow.model.errors import Rejected
from workflow.model.principal import Principal
from workflow.model.resource import Health, Resource
from workflow.store.store import Store

ADA = Principal(id="ada@example.com", tenant="acme", roles=("developer",), channel="mcp")
ML = Principal(id="mia@example.com", tenant="acme", roles=("ml-engineer",), channel="mcp")
BOB = Principal(id="bob@example.com", tenant="acme", roles=("developer",), channel="mcp")
VIC = Principal(id="vic@example.com", tenant="acme", roles=("viewer",), channel="mcp")
GRACE = Principal(id="grace@example.com", tenant="acme", roles=("operator",), channel="mcp")
ROOT = Principal(id="root@example.com", tenant="acme", roles=("admin",), channel="mcp")
EVE = Principal(id="eve@example.com", tenant="umbrella", roles=("admin", "developer", "operator"), channel="mcp")
TAGS = {"tenant": "acme", "project": "default", "run": "r1", "owner": ADA.id, "environment": "development"}
BUCKET: Json = {"region": "eu-west-1", "tags": TAGS}
MACHINE: Json = {"region": "eu-west-1", "machine": "m6i.large", "hours": 10, "tags": TAGS}
OLD, MODERN = "2025-11-25", "2026-07-28"
"""Attempts are sent as an old client sends them: it has fewer headers that must fit, so more gets further in."""


def by(who: Principal, arguments: Json, **tags: str) -> Json:
    """The arguments as this person would send them, with other tags."""
    return {**arguments, "tags": {**arguments["tags"], "owner": who.id, "tenant": who.tenant, **tags}}


LEAKS = ("Traceback", 'File "', "site-packages", "pydantic", "sqlite", "0x7f")
"""What an answer never holds: how it came about inside."""


@dataclass(frozen=True)
class Effect:
    """One thing that was done to a cloud."""

    cloud: str
    tool: str
    key: str
    arguments: str


@dataclass(frozen=True)
class Answer:
    """What came back over HTTP."""

    status: int
    text: str
    headers: Mapping[str, str]

    @property
    def body(self) -> Json:
        """As JSON."""
        found: Json = json.loads(self.text) if self.text else {}
        return found

    @property
    def code(self) -> str:
        """Why not, in one word: our code, the violated rules or JSON-RPC's number; empty where it was done."""
        error = self.body.get("error")
        if error is not None:
            data = error.get("data")
            return str(data["code"] if isinstance(data, dict) and "code" in data else error["code"])
        result = self.body.get("result", {})
        meta = result.get("_meta", {})
        if "tollgate/decision" in meta:
            return " ".join(sorted({v["code"] for v in meta["tollgate/decision"]["violations"]}))
        return str(meta["tollgate/error"]["code"]) if "tollgate/error" in meta else ""

    @property
    def verdict(self) -> str:
        """The gate's, where it said one."""
        meta = self.body.get("result", {}).get("_meta", {})
        return str(meta.get("tollgate/decision", {}).get("verdict", ""))


@dataclass
class House:
    """`effects` are what was changed, each once; `calls` how often a cloud was told to. `tampers` may change what a
    writing function answers on its way back; `secrets` are what no answer may repeat."""

    told: Settings
    store: Store
    effects: dict[tuple[str, str], Effect] = field(default_factory=dict)
    calls: int = 0
    tampers: Callable[[bytes], bytes] | None = None
    secrets: set[str] = field(default_factory=set)
    _functions: dict[tuple[str, str], Endpoint] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.signer = local_signer(self.told.keys, SystemClock())
        self.wire()

    def wire(self) -> None:
        """Put the control plane together, over what `post` is now."""
        self.judgement = control(self.told, self.store, self.post)
        self.endpoints = control_endpoints(self.told, self.judgement, self.post)

    # What there is.

    @property
    def desk(self) -> Desk:
        """Where people are asked."""
        return self.judgement.desk

    @property
    def emergency(self) -> Emergency:
        """The operator's hand."""
        return emergency(self.told, self.store, "olga@example.com")

    def function(self, cloud: str, tool: str) -> Endpoint:
        """A tool's function, wired as it is deployed, but for its cloud."""
        if (cloud, tool) not in self._functions:
            bound = bind(cloud, tool, self.told.environment())
            assert isinstance(bound.service, Observed)
            assert isinstance(bound.service.service, Function)
            real = bound.service.service
            counted = real.handler if tool == "get_cost_estimate" else self._handler(cloud, tool)
            fake = replace(real, handler=counted, clients=lambda: None, roles=None)
            self._functions[cloud, tool] = Endpoint(Observed(fake))
        return self._functions[cloud, tool]

    def restart(self) -> None:
        """New instances of all functions, as a cloud starts them."""
        self._functions.clear()

    def web(self) -> Starlette:
        """The control plane as it listens, pages included."""
        return app(self.endpoints, "control", approval_routes(self.told, self.judgement))

    # What an attacker has.

    def token(self, who: Principal, plane: str = "control", shift: timedelta = timedelta(0)) -> str:
        """A genuine token, made `shift` from now."""
        return self._kept(self._signer(shift).token(who, plane))

    def grant(self, grant: Grant, shift: timedelta = timedelta(0)) -> str:
        """A genuine Grant, made `shift` from now."""
        return self._kept(self._signer(shift).grant(grant))

    async def call(self, tool: str, arguments: Json, who: Principal = ADA, cloud: str = "aws", **how: Any) -> Answer:
        """A tools/call at the control plane's `/mcp`."""
        sent = {"cloud": cloud, **arguments} if cloud else arguments
        return await self.send(self.endpoints["/mcp"], tool, sent, how.pop("token", None) or self.token(who), **how)

    async def at_function(
        self, tool: str, arguments: Json, who: Principal = ADA, cloud: str = "aws", grant: str = "", **how: Any
    ) -> Answer:
        """A tools/call straight at a function, past the control plane."""
        headers = how.pop("headers", {}) | ({HEADER: grant} if grant else {})
        token = how.pop("token", None) or self.token(who, cloud)
        return await self.send(self.function(cloud, tool), tool, arguments, token, headers=headers, **how)

    async def at_catalog(
        self, tool: str, arguments: Json, who: Principal = ADA, cloud: str = "aws", **how: Any
    ) -> Answer:
        """A tools/call at a cloud's own `/mcp`."""
        endpoint = catalog_endpoint(self.told, cloud, self.post)
        return await self.send(endpoint, tool, arguments, self.token(who, cloud), **how)

    async def send(self, endpoint: Endpoint, tool: str, arguments: Any, token: str = "", **how: Any) -> Answer:
        """A tools/call with whatever `headers`, `meta`, `version` and `params` are told."""
        version = how.get("version", OLD)
        envelope: Json = {f"{META}protocolVersion": version, f"{META}clientCapabilities": {}}
        params = {
            "name": tool,
            "arguments": arguments,
            "_meta": {**envelope, **how.get("meta", {})},
            **how.get("params", {}),
        }
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}).encode()
        headers = {"mcp-protocol-version": version, "mcp-method": "tools/call", "mcp-name": tool}
        headers |= {"authorization": f"Bearer {token}"} if token else {}
        return await self.raw(endpoint, {**headers, **how.get("headers", {})}, body)

    async def raw(self, endpoint: Endpoint, headers: Mapping[str, str], body: bytes) -> Answer:
        """Any bytes with any headers."""
        response = await endpoint.rpc(headers, body)
        return Answer(response.status, response.body.decode(), response.headers)

    # What must hold afterwards.

    def insist(self, answer: Answer, *codes: str, effects: int = 0) -> None:
        """A refusal for just these reasons that tells no secret, and no more effects than are allowed."""
        assert set(codes) <= set(answer.code.split()), (answer.status, answer.text)
        self.insist_quiet(answer)
        self.insist_effects(effects)

    def insist_quiet(self, answer: Answer) -> None:
        """No fault inside, nothing of the inside, and none of the secrets that were sent."""
        assert answer.status < 500 or answer.status == 503, answer.text
        assert [leak for leak in LEAKS if leak in answer.text] == []
        assert [secret[:12] for secret in self.secrets if secret in answer.text] == []

    def insist_effects(self, allowed: int) -> None:
        """So many things were done, and not one more."""
        assert len(self.effects) == allowed, self.effects

    # How it is wired.

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        """Where the control plane's calls go: to the functions, and the clouds' catalogs back to it."""
        base, _, tool = url.rpartition("/mcp/")
        lowered = {name.lower(): value for name, value in headers.items()}
        if base.startswith(self.told.control_url):
            found = self.endpoints[url.removeprefix(self.told.control_url)]
        else:
            (cloud,) = [name for name in cloud_names() if self.told.cloud_url(name) == base]
            found = self.function(cloud, tool)
        response = await found.rpc(lowered, body)
        tampered = self.tampers(response.body) if self.tampers and contracts()[tool].risk != "read" else response.body
        return response.status, tampered

    def _handler(self, cloud: str, tool: str) -> Callable[[Any, Any, str], Noun]:
        def call(wanted: Any, clients: Any, key: str, /) -> Noun:
            if contracts()[tool].risk != "read":
                self.calls += 1
                self.effects[cloud, key] = Effect(cloud, tool, key, wanted.model_dump_json())
            return _output(cloud, wanted, key)

        return call

    def _signer(self, shift: timedelta) -> RingSigner:
        if not shift:
            return self.signer
        return RingSigner(self.told.keys, FixedClock(datetime.now(UTC) + shift), LOCAL_ISSUER)

    def _kept(self, secret: str) -> str:
        self.secrets.add(secret)
        return secret


def _output(cloud: str, wanted: Any, key: str) -> Noun:
    """What a handler of this tool would say."""
    if isinstance(wanted, get_health.Input):
        health = Health(resource=wanted.resource, status="healthy", detail="ok", checked_at=datetime.now(UTC))
        return get_health.Output(health=health)
    if isinstance(wanted, get_quotas.Input):
        return get_quotas.Output(name="vCPUs", unit="vCPU", limit=1e6, used=0, free=1e6, needed=1)
    if isinstance(wanted, release_resource.Input):
        return release_resource.Output(resource=wanted.resource, released=True)
    if isinstance(wanted, rotate_secret.Input):
        secret = Resource(cloud=cloud, kind="secret", id=wanted.secret, region=wanted.region)
        return rotate_secret.Output(resource=secret, version="2")
    if isinstance(wanted, create_storage_bucket.Input):
        bucket = Resource(cloud=cloud, kind="bucket", id=f"tg{key[:8]}", region=wanted.region)
        return create_storage_bucket.Output(resources=(bucket,), url=f"s3://tg{key[:8]}")
    if isinstance(wanted, provision_compute.Input) and isinstance(wanted, Placed):
        made = Resource(cloud=cloud, kind="instance", id=f"i-{key[:8]}", region=wanted.region, zone=f"{wanted.region}a")
        return provision_compute.Output(resources=(made,))
    raise Rejected("The counted cloud has none of these.")
