"""How Google Cloud is reached: one set of credentials, a few HTTP sessions, bounded waiting.

Compute and Vertex AI are called over their REST APIs with google-auth's own session, which google-cloud-storage brings
along anyway: their typed SDKs would cost a function seconds of cold start.
"""

from __future__ import annotations

import logging
import re
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import quote

from mcp_handlers.gcp import errors
from mcp_handlers.kernel import after, deadline
from workflow.model.base import Json
from workflow.model.errors import (
    CloudDown,
    NoPermission,
    OutcomeUnknown,
    RegionDown,
    Rejected,
    Throttled,
    TollgateError,
)

TIMEOUT = (3.05, 20.0)
"""Seconds to connect, and between two bytes of an answer."""
OPERATION_SECONDS = 120.0
SECONDS = 900
"""How long a token of a tool's own service account is good for."""
_POLL_SECONDS = (0.05, 2.0)
_REGION = re.compile(r"[a-z][a-z0-9-]{2,30}")
_SCOPE = "https://www.googleapis.com/auth/cloud-platform"


def timeout() -> tuple[float, float]:
    """TIMEOUT, or less where the call's deadline is sooner."""
    connect, read = map(deadline.allowed, TIMEOUT)
    return connect, read


class Clients:
    """A function's way to Google. Safe to use from several threads; nothing is imported or sent before it is needed."""

    def __init__(self, endpoint: str, project: str, account: str = "") -> None:
        self.project = project
        self._account = account
        self._endpoint = endpoint
        self._lock = threading.RLock()
        self._credentials: Any = None
        self._storage: Any = None
        self._idle: deque[Any] = deque()

    def compute(
        self, method: str, path: str, body: Json | None = None, *, region: str, params: Mapping[str, str] | None = None
    ) -> Json:
        """Call compute v1 on `path` below the project. `region` is what an outage would be blamed on.

        Raises TollgateError, as `errors` translates.
        """
        base = self._endpoint or "https://compute.googleapis.com"
        return self._call(method, f"{base}/compute/v1/projects/{self.project}/{path}", body, region, params)

    def vertex(
        self, method: str, path: str, body: Json | None = None, *, region: str, params: Mapping[str, str] | None = None
    ) -> Json:
        """Call Vertex AI v1 on `path` below the project's location `region`, which is part of the host's name.

        Raises TollgateError; Rejected for a region that could name another host.
        """
        if not _REGION.fullmatch(region):
            raise Rejected("gcp: no such region")
        base = self._endpoint or f"https://{region}-aiplatform.googleapis.com"
        where = f"{base}/v1/projects/{self.project}/locations/{region}/{path}"
        return self._call(method, where, body, region, params)

    def container(
        self, method: str, path: str, body: Json | None = None, *, region: str, params: Mapping[str, str] | None = None
    ) -> Json:
        """Call Kubernetes Engine v1 on `path` below the project. Raises TollgateError."""
        base = self._endpoint or "https://container.googleapis.com"
        return self._call(method, f"{base}/v1/projects/{self.project}/{path}", body, region, params)

    def quotas(
        self, method: str, path: str, body: Json | None = None, *, region: str, params: Mapping[str, str] | None = None
    ) -> Json:
        """Call Cloud Quotas v1 on `path` below the project's services. Raises TollgateError."""
        base = self._endpoint or "https://cloudquotas.googleapis.com"
        where = f"{base}/v1/projects/{self.project}/locations/global/services/{path}"
        return self._call(method, where, body, region, params)

    def dns(
        self, method: str, path: str, body: Json | None = None, *, region: str, params: Mapping[str, str] | None = None
    ) -> Json:
        """Call Cloud DNS v1 on `path` below the project's managed zones. Raises TollgateError."""
        base = self._endpoint or "https://dns.googleapis.com"
        where = f"{base}/dns/v1/projects/{self.project}/managedZones/{quote(path)}"
        return self._call(method, where, body, region, params)

    def secrets(
        self, method: str, path: str, body: Json | None = None, *, region: str, params: Mapping[str, str] | None = None
    ) -> Json:
        """Call Secret Manager v1 on `path` below the project's secrets. Raises TollgateError.

        What google-auth would log of an answer at DEBUG, a secret's value included, is kept quiet.
        """
        logging.getLogger("google.auth.transport.requests").setLevel(logging.INFO)
        base = self._endpoint or "https://secretmanager.googleapis.com"
        return self._call(method, f"{base}/v1/projects/{self.project}/secrets/{path}", body, region, params)

    def every(
        self,
        service: Callable[..., Json],
        path: str,
        items: str,
        *,
        region: str,
        params: Mapping[str, str] | None = None,
    ) -> list[Json]:
        """All `items` of a list, page after page. `service` is one of the methods above. Raises TollgateError."""
        found: list[Json] = []
        asked = dict(params or {})
        while True:
            page = service("GET", path, region=region, params=asked)
            found += page.get(items, [])
            if not page.get("nextPageToken"):
                return found
            asked["pageToken"] = page["nextPageToken"]

    @property
    def storage(self) -> Any:
        """The official Cloud Storage client. Its calls need `retry=None`, so that they end in time."""
        with self._lock:
            if self._storage is None:
                from google.api_core.client_options import ClientOptions
                from google.cloud import storage

                options = ClientOptions(api_endpoint=self._endpoint) if self._endpoint else None
                client: Any = storage.Client
                self._storage = client(self.project, self._authority(), self._new_session(), client_options=options)
            return self._storage

    def wait(self, operation: Json, *, region: str) -> Json:
        """Poll a compute operation until it is done; its own error is raised as a TollgateError.

        OutcomeUnknown if it is not done after `OPERATION_SECONDS`.
        """
        place = next((operation[scope] for scope in ("zone", "region") if scope in operation), "")
        scope = "/".join(place.split("/")[-2:]) or "global"
        limit = deadline.wait(OPERATION_SECONDS)
        end, pause = time.monotonic() + limit, _POLL_SECONDS[0]
        while operation["status"] != "DONE":
            if time.monotonic() > end:
                raise OutcomeUnknown(f"gcp operation {operation['name']} was not done in {limit:.0f} s")
            time.sleep(pause)
            pause = min(pause * 1.6, _POLL_SECONDS[1])
            with suppress(Throttled):
                operation = self.compute("GET", f"{scope}/operations/{quote(operation['name'])}", region=region)
        for problem in (operation.get("error") or {}).get("errors", []):
            raise errors.from_operation(problem)
        return operation

    def translate(self, problem: Exception, *, region: str, write: bool) -> TollgateError:
        """The error to raise for one of the session's or of google-cloud-storage's. An outage is told apart by
        whether compute's project resource, which lies in no region, still answers."""
        found = errors.from_exception(problem, write=write)
        return self._blamed(found, region)

    def _call(self, method: str, url: str, body: Json | None, region: str, params: Mapping[str, str] | None) -> Json:
        write = method != "GET"
        try:
            answer = self._send(method, url, json=body, params=params)
            if answer.status_code < 300:
                return dict(answer.json()) if answer.content else {}
            found = errors.from_answer(answer.status_code, answer.content, write=write)
            found.retry_after = after.seconds(answer.headers.get("retry-after"))
        except Exception as problem:  # noqa: BLE001
            raise self.translate(problem, region=region, write=write) from None
        raise self._blamed(found, region)

    def _blamed(self, found: TollgateError, region: str) -> TollgateError:
        if not isinstance(found, RegionDown):
            return found
        base = self._endpoint or "https://compute.googleapis.com"
        where = f"{base}/compute/v1/projects/{self.project}"
        try:
            alive = self._send("GET", where).status_code < 500
        except Exception:  # noqa: BLE001
            alive = False
        wait = found.retry_after
        if alive:
            return RegionDown(f"{region}: {found.message}", retry_after=wait)
        return CloudDown(found.message, retry_after=wait)

    def _send(self, method: str, url: str, **options: Any) -> Any:
        """One request on a session that nobody else uses meanwhile: its connections outlive the thread that asks."""
        try:
            session = self._idle.pop()
        except IndexError:
            session = self._new_session()
        try:
            return session.request(method, url, timeout=timeout(), **options)
        finally:
            self._idle.append(session)

    def _new_session(self) -> Any:
        from mcp_handlers.gcp.session import Session

        session: Any = Session
        return session(self._authority())

    def _authority(self) -> Any:
        with self._lock:
            if self._credentials is None:
                import google.auth

                own, _ = google.auth.default(scopes=[_SCOPE])
                self._credentials = self._impersonated(own) if self._account else own
            return self._credentials

    def _impersonated(self, own: Any) -> Any:
        from google.auth import impersonated_credentials

        base = self._endpoint or "https://iamcredentials.googleapis.com"
        impersonated: Any = impersonated_credentials.Credentials
        return impersonated(
            own,
            self._account,
            [_SCOPE],
            lifetime=SECONDS,
            iam_endpoint_override=f"{base}/v1/projects/-/serviceAccounts/{self._account}:generateAccessToken",
        )


def connect(env: Mapping[str, str], account: str = "") -> Clients:
    """Clients for TOLLGATE_GCP_PROJECT. TOLLGATE_GCP_ENDPOINT, where it is set, stands for all of Google's hosts.

    Credentials are those of the service account `account`, or the machine's own (google-auth's default ones), which
    are used to become it; GCE_METADATA_HOST and GCE_METADATA_IP, which
    google-auth reads from the process itself, say where the metadata server is. Raises NoPermission without a project.
    """
    project = env.get("TOLLGATE_GCP_PROJECT", "")
    if not project:
        raise NoPermission("TOLLGATE_GCP_PROJECT is not set.", "Set it to the project that Tollgate works in.")
    return Clients(env.get("TOLLGATE_GCP_ENDPOINT", "").rstrip("/"), project, account)
