"""One function of a make-believe cloud, with everything around it: for tests of the kernel."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from mcp_handlers.kernel.breaker import Breakers
from mcp_handlers.kernel.bulkhead import Bulkhead
from mcp_handlers.kernel.endpoint import Endpoint
from mcp_handlers.kernel.function import Function
from mcp_handlers.kernel.grant import Grant
from mcp_handlers.kernel.identity import SignedIdentity
from mcp_handlers.kernel.jws import Keys
from mcp_handlers.kernel.resilience import Resilience
from mcp_handlers.kernel.retry import Retry
from mcp_handlers.kernel.wire import mirror
from mcp_handlers.tools import create_storage_bucket, get_health
from mcp_handlers.tools.contract import MIRRORED, Tool
from policies.engine.question import MachineFacts
from tests.fakes.clock import FixedClock
from tests.fakes.gate import ToldGate
from workflow.control.sign import Signer
from workflow.model.base import Json, Noun, digest
from workflow.model.plan import effect_key
from workflow.model.principal import Principal
from workflow.model.resource import Health, Resource

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
ADA = Principal(id="ada@example.com", tenant="acme", roles=("developer",), channel="mcp")
TAGS = {"tenant": "acme", "project": "default", "run": "r1", "owner": "ada@example.com", "environment": "development"}
BUCKET = {"region": "eu-west-1", "tags": TAGS}
RESOURCE = {"cloud": "aws", "kind": "bucket", "id": "tg1", "region": "eu-west-1"}


@dataclass
class Handler:
    """A handler that makes one bucket, or raises what it was told to, after doing what it was told to do before."""

    raises: Exception | None = None
    before: Callable[[], object] | None = None
    calls: list[tuple[Noun, str]] = field(default_factory=list)

    def __call__(self, wanted: Any, clients: Any, key: str, /) -> Noun:
        """Remember the call; a bucket named by the key, or its health."""
        self.calls.append((wanted, key))
        if self.before:
            self.before()
        if self.raises:
            raise self.raises
        if isinstance(wanted, get_health.Input):
            health = Health(resource=wanted.resource, status="healthy", detail="ok", checked_at=NOW)
            return get_health.Output(health=health)
        made = Resource(cloud="aws", kind="bucket", id=f"tg{key[:8]}", region=wanted.region)
        return create_storage_bucket.Output(resources=(made,), url="s3://x")


@dataclass
class World:
    """`bucket` is a write, `health` a read; `gate`, `handler` and `clock` can be told what to do.

    Pauses are taken on `clock` and written down in `slept`; `places` is how many calls it takes at once.
    """

    gate: ToldGate = field(default_factory=ToldGate)
    handler: Handler = field(default_factory=Handler)
    clock: FixedClock = field(default_factory=lambda: FixedClock(NOW))
    slept: list[float] = field(default_factory=list)
    places: int = 4

    def __post_init__(self) -> None:
        self.signer = Signer(Ed25519PrivateKey.from_private_bytes(b"\1" * 32), self.clock)
        self.keys = Keys(self.signer.jwks())
        self.identity = SignedIdentity(self.keys, "control", self.clock)
        self.bulkhead = Bulkhead("aws", self.places)
        self.bucket = Endpoint(self.function(create_storage_bucket.TOOL))
        self.health = Endpoint(self.function(get_health.TOOL))

    def function(self, tool: Tool, handler: Any = None) -> Function:
        """The kernel's chain for one tool on `aws`, performed by the world's handler unless told another."""
        return Function(
            cloud="aws",
            tool=tool,
            handler=handler or self.handler,
            clients=lambda: None,
            catalog=machines,
            gate=self.gate,
            trust=self.keys,
            clock=self.clock,
            resilience=Resilience(
                Breakers("aws"), Retry(self.clock, sleep=self._sleep), bulkhead=self.bulkhead, clock=self.clock
            ),
        )

    async def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.clock.forward(seconds=seconds)

    def grant(self, **changed: Any) -> Grant:
        """A Grant that fits `create_storage_bucket` with BUCKET, but for what is `changed`."""
        exact = create_storage_bucket.Input.model_validate(BUCKET).model_dump(mode="json")
        fitting: Json = {
            "tool": "create_storage_bucket",
            "cloud": "aws",
            "arguments_digest": digest(exact),
            "principal": ADA,
            "run": "r1",
            "step": "0-bucket",
            "key": effect_key("acme", "r1", "0-bucket", "create_storage_bucket", "aws", exact),
            "decision": "d" * 64,
            "revision": self.gate.revision,
        }
        return Grant.model_validate(fitting | changed)

    def headers(
        self,
        tool: str,
        arguments: Json | None = None,
        *,
        grant: Grant | None = None,
        plane: str = "aws",
        **more: str,
    ) -> dict[str, str]:
        """A modern tools/call's headers with a token of Ada's; of a write with BUCKET, unless told other arguments."""
        write = BUCKET if tool == create_storage_bucket.TOOL.name else {}
        found = {
            "authorization": f"Bearer {self.signer.token(ADA, plane)}",
            "mcp-protocol-version": "2026-07-28",
            "mcp-method": "tools/call",
            "mcp-name": tool,
            **mirror(MIRRORED | {"cloud": "Cloud"}, write if arguments is None else arguments),
        }
        if grant:
            found["tollgate-grant"] = self.signer.grant(grant)
        return found | {name.replace("_", "-"): value for name, value in more.items()}


def machines(name: str) -> MachineFacts | None:
    """A catalog with one machine."""
    facts = MachineFacts(name="m1.large", family="m1", vcpus=2, memory_gib=8, gpu=None, gpu_count=0)
    return facts if name == facts.name else None


def call(tool: str, arguments: Json, **changed: Any) -> bytes:
    """A modern tools/call's body."""
    meta = {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
    }
    params = {"name": tool, "arguments": arguments, "_meta": meta}
    return json.dumps({"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": params} | changed).encode()
