"""A ServiceNow of ours: the Table API on one record and its journal; and what our business rule sends."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.services.slack_sends import Sent

SECRET, USER, PASSWORD = "c2VjcmV0IG9mIHRoZSBydWxl", "tollgate", "servicenow-password"
TABLE, RECORD = "change_request", "c83c5e5347c12200e0ef563dbb9a7190"


@dataclass
class ServiceNowService:
    """One change request. A journal field that is set is added to."""

    record: dict[str, str] = field(default_factory=lambda: {"sys_id": RECORD, "approval": "not requested"})
    journal: list[dict[str, str]] = field(default_factory=list)
    approvals: list[str] = field(default_factory=list)

    def app(self) -> Starlette:
        """The Table API."""
        routes = [
            Route(f"/api/now/table/{TABLE}/{RECORD}", self._patch, methods=["PATCH"]),
            Route("/api/now/table/sys_journal_field", self._journal, methods=["GET"]),
        ]
        return Starlette(routes=routes)

    async def _patch(self, request: Request) -> Response:
        pair = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {pair}":
            return JSONResponse({"error": {"message": "User Not Authenticated"}, "status": "failure"}, 401)
        for name, value in (await request.json()).items():
            if name in ("comments", "work_notes"):
                self.journal.append({"element_id": RECORD, "element": name, "value": value})
            else:
                self.record[name] = value
                self.approvals += [value] if name == "approval" else []
        return JSONResponse({"result": self.record})

    async def _journal(self, request: Request) -> Response:
        query = request.query_params["sysparm_query"]
        like = re.search(r"valueLIKE(.*)$", query)
        assert like is not None
        assert f"element_id={RECORD}" in query
        found = [{"sys_id": str(n)} for n, each in enumerate(self.journal) if like.group(1) in each["value"]]
        return JSONResponse({"result": found[: int(request.query_params["sysparm_limit"])]})


def comment(text: str, user: str, number: int = 1, *, at: datetime | None = None) -> Sent:
    """As the business rule sends it."""
    time = str(int((at or datetime.now(UTC)).timestamp()))
    body: dict[str, Any] = {
        "delivery": f"{number:032x}", "table": TABLE, "sys_id": RECORD, "number": "CHG0030001", "user": user,
        "text": text,
    }  # fmt: skip
    raw = json.dumps(body).encode()
    mac = base64.b64encode(hmac.new(SECRET.encode(), f"{time}.".encode() + raw, hashlib.sha256).digest()).decode()
    headers = {"Content-Type": "application/json", "X-Tollgate-Timestamp": time, "X-Tollgate-Signature": mac}
    return Sent(headers, raw)
