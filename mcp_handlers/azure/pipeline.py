"""How our calls travel: who we are, whom we trust, how long we wait, and what is tried again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from azure.core.exceptions import ServiceResponseError, ServiceResponseTimeoutError
from azure.core.pipeline.policies import RetryPolicy

from mcp_handlers.kernel import deadline
from mcp_handlers.kernel.kept_open import CLOSED

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential
    from azure.core.pipeline import PipelineRequest, PipelineResponse

CONNECT_SECONDS = 5
READ_SECONDS = 30
"""Resource Manager accepts or refuses within seconds; more than this is taken for silence."""
_PATIENCE_SECONDS = 2.0
"""The longest `Retry-After` that is waited for here. A longer one is for the caller to know."""


class ReadsOnly(RetryPolicy[Any, Any]):
    """Tries a read again, once, so that a passing trouble does not end a long wait. The kernel repeats writes.

    Every request is timed by the call's deadline, all its tries together.
    """

    def __init__(self) -> None:
        super().__init__(retry_total=1, retry_status=1, retry_connect=0, retry_read=0)

    def send(self, request: PipelineRequest[Any]) -> PipelineResponse[Any, Any]:
        """Send, and perhaps once more; a read whose kept-open connection had ended, on another one."""
        for _ in range(CLOSED if _reads(request) else 0):
            try:
                return self._timed(request)
            except ServiceResponseTimeoutError:
                raise
            except ServiceResponseError:
                continue
        return self._timed(request)

    def _timed(self, request: PipelineRequest[Any]) -> PipelineResponse[Any, Any]:
        given = request.context.options
        given["connection_timeout"] = deadline.allowed(CONNECT_SECONDS)
        given["timeout"] = given["read_timeout"] = deadline.allowed(READ_SECONDS)
        return super().send(request)

    def is_retry(self, settings: dict[str, Any], response: PipelineResponse[Any, Any]) -> bool:
        """True for a read that failed in passing."""
        wait = self.get_retry_after(response) or 0
        return _reads(response) and wait <= _PATIENCE_SECONDS and super().is_retry(settings, response)


def _reads(message: PipelineRequest[Any] | PipelineResponse[Any, Any]) -> bool:
    return message.http_request.method in ("GET", "HEAD")


def options(endpoint: str, ca: str, poll_seconds: float) -> dict[str, Any]:
    """Keyword arguments for every client of Azure's management libraries. `ca` empty: the system's authorities."""
    return {
        "base_url": endpoint,
        "credential_scopes": [f"{endpoint}/.default"],
        "connection_verify": ca or True,
        "connection_timeout": CONNECT_SECONDS,
        "read_timeout": READ_SECONDS,
        "polling_interval": poll_seconds,
        "retry_policy": ReadsOnly(),
        "user_agent": "tollgate",
    }


def credential(ca: str, client_id: str) -> TokenCredential:
    """The managed identity with this client id, or, where it is empty, the function's own."""
    from azure.identity import ManagedIdentityCredential

    return ManagedIdentityCredential(
        client_id=client_id or None,
        connection_verify=ca or True,
        connection_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retry_total=1,
    )
