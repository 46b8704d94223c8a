"""Calls as they are sent: valid ones of which one or two things are changed, so that most get far."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from mcp_handlers.kernel.tasks import EXTENSION, METHODS
from mcp_handlers.kernel.wire import META, MODERN, encode_header, mirror
from mcp_handlers.tools.contract import MIRRORED
from tests.fakes.world import ADA, BUCKET, NOW, RESOURCE, TAGS
from workflow.model.base import Json, digest
from workflow.model.principal import Principal

EVE = Principal(id="eve@example.com", tenant="umbrella", roles=(), channel="api")
REVISIONS = (*MODERN, *MODERN, "2025-11-25", "2024-11-05", None)
NEVER = (
    "2031-01-01",
    "",
    "x",
    "tools/list",
    "get_health",
    "=?base64?eA==?=",
    "=?base64?!?=",
    "gcp",
    "0",
    "-1",
    "\u00b2",
)
"""What a header may say that is not what it should."""
ABSENT = object()
METHOD_NAMES = (
    *METHODS, "tools/list", "server/discover", "initialize", "ping", "notifications/initialized", "no/such", "",
)  # fmt: skip
MILLISECONDS = round(NOW.timestamp() * 1000)

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4)
)
no_objects = st.sampled_from(["text", 7, [1], True, [], "", 0, False, None]) | values


def one(*choices: tuple[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[Json]:
    """One of these names with a value of its own."""
    return st.one_of(*(st.fixed_dictionaries({name: value}) for name, value in choices))


ARGUMENTS: Mapping[str, Json] = {
    "create_storage_bucket": BUCKET,
    "get_health": {"resource": RESOURCE, "tenant": "acme"},
}
"""A valid call of each tool."""
other_arguments: Mapping[str, st.SearchStrategy[Json]] = {
    "create_storage_bucket": one(
        ("region", st.sampled_from(["us-east-1", "eu-central-1"])),
        ("tags", st.sampled_from([TAGS | {"tenant": "umbrella"}, TAGS | {"run": "r2"}])),
        ("name", st.sampled_from(["abc", "tollgate1"])),
        ("size_gib", st.integers(1, 10**6) | st.floats(0.1, 1e9)),
        ("versioned", st.booleans()),
    ),
    "get_health": one(
        ("resource", st.sampled_from([RESOURCE | {"id": "tg2"}, RESOURCE | {"region": "us-east-1"}])),
        ("tenant", st.sampled_from(["umbrella", "acme2"])),
    ),
}
"""Other valid arguments."""
broken_arguments = st.dictionaries(
    st.sampled_from(["region", "tags", "name", "size_gib", "versioned", "colour", "resource", "tenant"]),
    values | st.just(10**30) | st.just(RESOURCE | {"cloud": "gcp"}),
    min_size=1,
    max_size=1,
)
other_grants = st.sampled_from(
    [
        None,
        {"tool": "get_health"},
        {"cloud": "gcp"},
        {"arguments_digest": digest({"region": "us-east-1"})},
        {"principal": ADA.model_copy(update={"roles": ("operator",)})},
        {"principal": EVE},
        {"revision": "older"},
        {"version": 2},
        {"run": "r2"},
    ]
)
other_metas = one(
    ("tollgate/deadline", st.sampled_from([MILLISECONDS + 60_000, MILLISECONDS - 1, 10**19]) | values),
    ("tollgate/version", st.sampled_from([1, 2, 0, True, "1"]) | values),
    ("tollgate/run", st.sampled_from(["r1", "mcp-1"]) | values),
    ("tollgate/step", values),
    ("tollgate/fence", values),
    ("traceparent", st.just("00-" + "a" * 32 + "-" + "b" * 16 + "-01") | values),
    (META + "protocolVersion", st.just("2025-11-25") | values),
    (META + "clientCapabilities", st.sampled_from([{"extensions": []}, {"elicitation": {"url": {}}}]) | values),
    (META + "clientInfo", values),
)
other_headers = one(
    *(
        (name, st.none() | st.sampled_from(NEVER) | st.text(max_size=40))
        for name in ("mcp-method", "mcp-name", "mcp-param-region", "mcp-param-cloud", "authorization", "tollgate-grant")
    ),
    ("mcp-protocol-version", st.sampled_from(("2025-11-25", *MODERN, *NEVER)) | st.none()),
    ("tollgate-timeout-ms", st.sampled_from(["60000", "9999999999", "99999999999", *NEVER])),
    ("host", st.text(max_size=20)),
)
other_params = one(
    ("_meta", no_objects),
    ("arguments", no_objects),
    ("name", st.sampled_from(["create_storage_bucket", "get_health", "provision_compute", "", "x" * 200]) | values),
    ("cursor", values),
)
other_envelopes = one(
    ("params", no_objects),
    ("id", values | st.just(ABSENT)),
    ("method", st.sampled_from(METHOD_NAMES) | values),
    ("jsonrpc", values),
)


@dataclass(frozen=True)
class Sent:
    """A call of `tool` by `who` in a `revision`, with what is changed of it. `grant` is what differs in its Grant, None
    where it has none; where it `follows`, the Grant is for the arguments that are sent, else for the valid ones."""

    tool: str
    who: Principal
    revision: str | None
    arguments: Json
    grant: Json | None
    follows: bool
    meta: Json
    headers: Json
    params: Json
    envelope: Json
    tasks: bool

    @property
    def unchanged(self) -> bool:
        """Whether it is valid in every part."""
        return not (self.meta or self.headers or self.params or self.envelope or self.grant != {}) and (
            self.follows or self.arguments == ARGUMENTS[self.tool]
        )

    def written(self, token: str, grant: str = "") -> tuple[dict[str, str], bytes]:
        """The headers and the body, as a client that means it mirrors the one in the other."""
        modern = self.revision in MODERN
        extensions: Json = {"extensions": {EXTENSION: {}}} if self.tasks else {}
        own = {META + "protocolVersion": self.revision, META + "clientCapabilities": extensions} if modern else {}
        params: Json = {"name": self.tool, "arguments": self.arguments, "_meta": own | self.meta, **self.params}
        message = {"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": params, **self.envelope}
        headers: dict[str, Any] = {"authorization": f"Bearer {token}", "mcp-protocol-version": self.revision}
        headers |= _mirrors(message["method"], params) if modern else {}
        headers |= ({"tollgate-grant": grant} if grant else {}) | self.headers
        body = {name: value for name, value in message.items() if value is not ABSENT}
        return {name: value for name, value in headers.items() if value is not None}, json.dumps(body).encode()


def _mirrors(method: Any, params: Json) -> Json:
    named = params.get("taskId", params["name"])
    arguments = params["arguments"] if isinstance(params["arguments"], dict) else {}
    return {
        "mcp-method": method if isinstance(method, str) else None,
        "mcp-name": encode_header(named) if isinstance(named, str) and named.isprintable() else None,
        **mirror(MIRRORED | {"cloud": "Cloud"}, {k: v for k, v in arguments.items() if k in ("region", "cloud")}),
    }


@st.composite
def calls(draw: st.DrawFn, /, tool: str, *parts: str, **always: Any) -> Sent:
    """A call of a tool with two of these parts changed, or one, or none. `always` is added to its arguments."""
    known = ("arguments", "broken", "grant", "meta", "headers", "params", "envelope")
    changed = draw(st.lists(st.sampled_from(parts or known), max_size=2, unique=True))

    def part(name: str, how: st.SearchStrategy[Any]) -> Any:
        return draw(how) if name in changed else {}

    return Sent(
        tool=tool,
        who=draw(st.sampled_from((ADA, ADA, ADA, EVE))),
        revision=draw(st.sampled_from(REVISIONS)),
        arguments=always
        | ARGUMENTS[tool]
        | part("arguments", other_arguments[tool])
        | part("broken", broken_arguments),
        grant=part("grant", other_grants),
        follows=draw(st.booleans()),
        meta=part("meta", other_metas),
        headers=part("headers", other_headers),
        params=part("params", other_params),
        envelope=part("envelope", other_envelopes),
        tasks=draw(st.booleans()),
    )
