"""Azure Resource Manager by azure-mgmt-core alone, for types whose own library is heavy: network, learning, vaults."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from azure.core.exceptions import HttpResponseError, ResourceExistsError, ResourceNotFoundError, map_error
from azure.core.pipeline import policies
from azure.core.polling import LROPoller
from azure.core.rest import HttpRequest
from azure.mgmt.core import ARMPipelineClient
from azure.mgmt.core.exceptions import ARMErrorFormat
from azure.mgmt.core.policies import ARMChallengeAuthenticationPolicy
from azure.mgmt.core.polling.arm_polling import ARMPolling

from mcp_handlers.kernel import deadline
from workflow.model.base import Json
from workflow.model.errors import OutcomeUnknown

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential
    from azure.core.pipeline import PipelineResponse

WAIT_SECONDS = 240
"""How long a long-running operation may take. A virtual machine takes one or two minutes."""
BUSY = frozenset({"Creating", "Updating", "Deleting", "Accepted", "Running", "ResolvingDNS", "Scaling", "Upgrading"})
_VERSIONS = {
    "microsoft.compute/disks": "2024-03-02",
    "microsoft.compute": "2024-07-01",
    "microsoft.containerservice": "2025-05-01",
    "microsoft.insights": "2022-10-01",
    "microsoft.network/trafficmanagerprofiles": "2022-04-01",
    "microsoft.network": "2024-05-01",
    "microsoft.storage": "2024-01-01",
    "microsoft.keyvault": "2023-07-01",
    "microsoft.machinelearningservices": "2024-04-01",
}
_SUBSCRIPTIONS = "2022-12-01"


class Arm:
    """Calls by resource id. Every method raises azure-core's exceptions, and OutcomeUnknown after a long wait."""

    def __init__(self, credential: TokenCredential, options: Mapping[str, Any]) -> None:
        self._poll = options["polling_interval"]
        steps: list[Any] = [
            policies.RequestIdPolicy(),
            policies.UserAgentPolicy(user_agent=options["user_agent"]),
            policies.ContentDecodePolicy(),
            options["retry_policy"],
            ARMChallengeAuthenticationPolicy(credential, *options["credential_scopes"]),
        ]
        self._client: ARMPipelineClient[Any, Any] = ARMPipelineClient(
            options["base_url"],
            policies=steps,
            connection_verify=options["connection_verify"],
            connection_timeout=options["connection_timeout"],
            read_timeout=options["read_timeout"],
        )

    def find(self, path: str, **query: str) -> Json | None:
        """What is there, or None."""
        try:
            return _body(self._send("GET", path, None, query))
        except ResourceNotFoundError:
            return None

    def rows(self, path: str) -> list[Json]:
        """All entries of a listing, however many pages it has."""
        page = _body(self._send("GET", path, None, {}))
        rows = list(page["value"])
        while page.get("nextLink"):
            page = _body(self._run(HttpRequest("GET", page["nextLink"])))
            rows += page["value"]
        return rows

    def put(self, path: str, body: Json, *, etag: str = "") -> Json:
        """Create or replace, and wait. `etag`: only if it still has this one."""
        return self._wait(self._send("PUT", path, body, {}, etag))

    def patch(self, path: str, body: Json, *, etag: str = "") -> Json:
        """Change parts, and wait. `etag`: only if it still has this one."""
        return self._wait(self._send("PATCH", path, body, {}, etag))

    def ensure(self, path: str, body: Json) -> bool:
        """Create what is not there, and wait until it is ready. True if this call made it."""
        if self.settled(path) is not None:
            return False
        try:
            self.put(path, body)
        except ResourceExistsError:
            if self.settled(path) is None:
                raise
            return False
        return True

    def act(self, path: str, body: Json | None = None) -> None:
        """POST, and wait."""
        self._wait(self._send("POST", path, body, {}))

    def delete(self, path: str) -> bool:
        """Take away, and wait. False if it was not there."""
        try:
            response = self._send("DELETE", path, None, {})
        except ResourceNotFoundError:
            return False
        if response.http_response.status_code == 204:
            return False
        self._wait(response)
        return True

    def settled(self, path: str) -> Json | None:
        """What is there once nobody is working on it, or None."""
        seconds = deadline.wait(WAIT_SECONDS)
        end = time.monotonic() + seconds
        while True:
            found = self.find(path)
            if found is None or (found.get("properties") or {}).get("provisioningState") not in BUSY:
                return found
            if time.monotonic() >= end:
                break
            time.sleep(self._poll)
        raise OutcomeUnknown(f"{path.rpartition('/')[2]} is still being worked on after {seconds:.0f} seconds.")

    def _send(
        self, method: str, path: str, body: Json | None, query: Mapping[str, str], etag: str = ""
    ) -> PipelineResponse[Any, Any]:
        url, headers = self._client.format_url(path), {"If-Match": etag} if etag else {}
        asked = {"api-version": version(path), **query}
        return self._run(HttpRequest(method, url, params=asked, json=body, headers=headers))

    def _run(self, request: HttpRequest) -> PipelineResponse[Any, Any]:
        answer: PipelineResponse[Any, Any] = self._client.send_request(request, _return_pipeline_response=True)
        response = answer.http_response
        if response.status_code >= 400:
            map_error(response.status_code, response, {404: ResourceNotFoundError, 409: ResourceExistsError})
            raise HttpResponseError(response=response, error_format=ARMErrorFormat)
        return answer

    def _wait(self, first: PipelineResponse[Any, Any]) -> Json:
        poller: LROPoller[Json] = LROPoller(self._client, first, _body, ARMPolling(self._poll))
        seconds = deadline.wait(WAIT_SECONDS)
        poller.wait(seconds)
        if not poller.done():
            raise OutcomeUnknown(f"Azure is still at it after {seconds:.0f} seconds.")
        return poller.result()


def version(path: str) -> str:
    """The API version for a path: that of its provider, or of its type where that differs."""
    _, _, below = path.lower().rpartition("/providers/")
    provider, _, rest = below.partition("/")
    return _VERSIONS.get(f"{provider}/{rest.partition('/')[0]}") or _VERSIONS.get(provider, _SUBSCRIPTIONS)


def _body(answer: PipelineResponse[Any, Any]) -> Json:
    response = answer.http_response
    found: Json = response.json() if response.content else {}
    return found
