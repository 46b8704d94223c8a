"""An AWS call as the front sees it: which service, in which region, doing what, in which protocol."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import parse_qsl

Protocol = Literal["ec2", "query", "json", "s3"]

_SCOPE = re.compile(r"Credential=[^/,]+/\d{8}/(?P<region>[^/,]+)/(?P<service>[^/,]+)/aws4_request")
_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Call:
    """`operation` is the API's own name (`RunInstances`); for S3, method and path (`PUT /bucket?versioning`).

    Route 53 is named so, too, and speaks of its errors as the query protocol does.
    `parameters` are the form fields of the ec2 and query protocols, or the JSON body.
    """

    service: str
    region: str
    operation: str
    protocol: Protocol
    parameters: Mapping[str, Any] = field(default_factory=dict)


def scope(headers: Mapping[str, str], query: Mapping[str, str]) -> tuple[str, str]:
    """Service and region of the SigV4 credential scope, in the header or in a presigned URL.

    An unsigned call (S3 allows it) is taken for S3 in us-east-1.
    """
    signed = headers.get("authorization", "") or "Credential=" + query.get("X-Amz-Credential", "")
    match = _SCOPE.search(signed)
    return (match["service"], match["region"]) if match else ("s3", "us-east-1")


def read_call(method: str, target: str, headers: Mapping[str, str], query: Mapping[str, str], body: bytes) -> Call:
    """Read one HTTP request; `target` is path and query as they were sent. S3 bodies are not looked at."""
    service, region = scope(headers, query)
    if service == "s3":
        return Call(service, region, f"{method} {target}", "s3")
    if "x-amz-target" in headers:
        return Call(service, region, headers["x-amz-target"].rpartition(".")[2], "json", _json(body))
    if headers.get("content-type", "").startswith(_FORM):
        form = dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
        return Call(service, region, form.get("Action", ""), "ec2" if service == "ec2" else "query", form)
    return Call(service, region, f"{method} {target}", "query" if service == "route53" else "json")


def _json(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body or b"{}")
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
