"""Where the gateway leads a request: to a cloud's catalog, to one tool's function, or nowhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

READS = ("get_cost_estimate", "get_health", "get_quotas", "list_resources")
"""Tools whose calls need no Grant, so that a call of theirs to the catalog may go straight to the function."""
LONGEST = "300s"
"""Before an answer: more than the longest call's own deadline."""

Json = dict[str, Any]


def routes(clouds: Mapping[str, str], reads: Sequence[str]) -> list[Json]:
    """`/<cloud>/mcp` is its catalog and `/<cloud>/mcp/<tool>` a function; only POST is led anywhere.

    A call to the catalog that says in its headers which read it is goes to that function. The guard before the router
    has made sure that the server will hold these headers against the body.
    """
    found = [route for cloud in clouds for route in (*_direct(cloud, reads), *_plain(cloud))]
    nowhere = {"status": 404, "body": {"inline_string": "POST to /CLOUD/mcp or /CLOUD/mcp/TOOL."}}
    return [*found, {"match": {"prefix": "/"}, "direct_response": nowhere}]


def clusters(upstreams: Mapping[str, str]) -> list[Json]:
    """Each cloud's runtime, which speaks plain HTTP on this machine."""
    return [_cluster(cloud, *address.rsplit(":", 1)) for cloud, address in upstreams.items()]


def _direct(cloud: str, reads: Sequence[str]) -> list[Json]:
    for_call = {"name": "mcp-method", "string_match": {"exact": "tools/call"}}
    return [
        {
            "match": {"path": f"/{cloud}/mcp", "headers": [_posted(), for_call, _named(tool)]},
            "route": {"cluster": cloud, "timeout": LONGEST, "prefix_rewrite": f"/mcp/{tool}"},
        }
        for tool in reads
    ]


def _plain(cloud: str) -> list[Json]:
    onward = {"cluster": cloud, "timeout": LONGEST, "prefix_rewrite": "/mcp"}
    tool = {"pattern": {"regex": rf"^/{cloud}/mcp/([a-z_]+)$"}, "substitution": r"/mcp/\1"}
    function = {"cluster": cloud, "timeout": LONGEST, "regex_rewrite": tool}
    return [
        {"match": {"path": f"/{cloud}/mcp", "headers": [_posted()]}, "route": onward},
        {
            "match": {"safe_regex": {"regex": rf"/{cloud}/mcp/[a-z_]+"}, "headers": [_posted()]},
            "route": function,
        },
    ]


def _posted() -> Json:
    return {"name": ":method", "string_match": {"exact": "POST"}}


def _named(tool: str) -> Json:
    return {"name": "mcp-name", "string_match": {"exact": tool}}


def _cluster(name: str, host: str, port: str) -> Json:
    address = {"socket_address": {"address": host, "port_value": int(port)}}
    return {
        "name": name,
        "connect_timeout": "3s",
        "load_assignment": {
            "cluster_name": name,
            "endpoints": [{"lb_endpoints": [{"endpoint": {"address": address}}]}],
        },
    }
