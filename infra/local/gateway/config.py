"""What Envoy is told: who may come in, how often and with how much, and where each path leads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from infra.local.gateway.routes import READS, clusters, routes

TYPES = "type.googleapis.com/envoy.extensions"
LARGEST = 1 << 20
"""Bytes of a request's body: as many as the functions themselves take."""
KEY, CLIENT = "x-api-key", "tollgate-client"
"""The header with the key, which goes no further, and the one that says whose it was."""
GUARD = Path(__file__).with_name("guard.lua")

Json = dict[str, Any]


@dataclass(frozen=True)
class Gateway:
    """`upstreams`: host and port by cloud. `keys`: by the client's name. `certificate` and `key`: files in PEM.

    Each client may send `burst` requests at once, and `per_second` in the long run.
    """

    port: int
    upstreams: Mapping[str, str]
    certificate: Path
    key: Path
    keys: Mapping[str, str] = field(repr=False)
    burst: int = 60
    per_second: int = 20
    reads: Sequence[str] = READS


def config(told: Gateway) -> Json:
    """Envoy's whole configuration. It has no admin port."""
    return {
        "static_resources": {"listeners": [_listener(told)], "clusters": clusters(told.upstreams)},
        "overload_manager": {
            "resource_monitors": [
                {
                    "name": "envoy.resource_monitors.global_downstream_max_connections",
                    "typed_config": _typed(
                        "resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig",
                        max_active_downstream_connections=1000,
                    ),
                }
            ]
        },
    }


def _typed(kind: str, **fields: Any) -> Json:
    return {"@type": f"{TYPES}.{kind}", **fields}


def _listener(told: Gateway) -> Json:
    certificate = {
        "certificate_chain": {"filename": str(told.certificate)},
        "private_key": {"filename": str(told.key)},
    }
    tls = _typed(
        "transport_sockets.tls.v3.DownstreamTlsContext",
        common_tls_context={
            "tls_params": {"tls_minimum_protocol_version": "TLSv1_2"},
            "tls_certificates": [certificate],
            "alpn_protocols": ["h2", "http/1.1"],
        },
    )
    return {
        "name": "gateway",
        "address": {"socket_address": {"address": "127.0.0.1", "port_value": told.port}},
        "per_connection_buffer_limit_bytes": 2 * LARGEST,
        "filter_chains": [
            {
                "filters": [{"name": "envoy.filters.network.http_connection_manager", "typed_config": _http(told)}],
                "transport_socket": {"name": "envoy.transport_sockets.tls", "typed_config": tls},
            }
        ],
    }


def _http(told: Gateway) -> Json:
    return _typed(
        "filters.network.http_connection_manager.v3.HttpConnectionManager",
        stat_prefix="gateway",
        server_header_transformation="PASS_THROUGH",
        use_remote_address=True,
        normalize_path=True,
        merge_slashes=True,
        path_with_escaped_slashes_action="REJECT_REQUEST",
        request_headers_timeout="10s",
        stream_idle_timeout="330s",
        # Some servers read a_b as a-b, so that a header could come in under another name than it was checked by.
        common_http_protocol_options={"headers_with_underscores_action": "REJECT_REQUEST", "idle_timeout": "330s"},
        local_reply_config=_refusals(),
        route_config={
            "name": "clouds",
            "virtual_hosts": [{"name": "clouds", "domains": ["*"], "routes": routes(told.upstreams, told.reads)}],
        },
        http_filters=_filters(told),
    )


def _refusals() -> Json:
    """What the gateway itself answers is JSON-RPC, as everything that MCP's clients read."""
    error = {"code": -32600, "message": "%LOCAL_REPLY_BODY%"}
    form = {"json_format": {"jsonrpc": "2.0", "id": None, "error": error}, "content_type": "application/json"}
    slow = {"filter": {"status_code_filter": {"comparison": {"op": "EQ", "value": _number(429)}}}}
    wait = {"header": {"key": "retry-after", "value": "1"}, "append_action": "OVERWRITE_IF_EXISTS_OR_ADD"}
    return {"body_format": form, "mappers": [{**slow, "headers_to_add": [wait]}]}


def _number(value: int) -> Json:
    return {"default_value": value, "runtime_key": f"gateway.{value}"}


def _filters(told: Gateway) -> list[Json]:
    """In order: the key, the rate, the guard, the size, the way."""
    credentials = [{"key": key, "client": client} for client, key in told.keys.items()]
    whose = {"actions": [{"request_headers": {"header_name": CLIENT, "descriptor_key": "client"}}]}
    bucket = {"max_tokens": told.burst, "tokens_per_fill": told.per_second, "fill_interval": "1s"}
    everywhere = {"default_value": {"numerator": 100, "denominator": "HUNDRED"}}
    found = {
        "api_key_auth": _typed(
            "filters.http.api_key_auth.v3.ApiKeyAuth",
            credentials=credentials,
            key_sources=[{"header": KEY}],
            forwarding={"header": CLIENT, "hide_credentials": True},
        ),
        "local_ratelimit": _typed(
            "filters.http.local_ratelimit.v3.LocalRateLimit",
            stat_prefix="rate",
            # The whole gateway's; a client's own is what counts.
            token_bucket={**bucket, "max_tokens": 100 * told.burst, "tokens_per_fill": 100 * told.per_second},
            filter_enabled=everywhere,
            filter_enforced=everywhere,
            rate_limits=[whose],
            descriptors=[{"entries": [{"key": "client", "value": name}], "token_bucket": bucket} for name in told.keys],
        ),
        "lua": _typed("filters.http.lua.v3.Lua", default_source_code={"inline_string": GUARD.read_text()}),
        "buffer": _typed("filters.http.buffer.v3.Buffer", max_request_bytes=LARGEST),
        "router": _typed("filters.http.router.v3.Router"),
    }
    return [{"name": f"envoy.filters.http.{name}", "typed_config": told} for name, told in found.items()]
