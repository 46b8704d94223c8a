"""What the SDK is told about every request: how long it may take, and when a read is sent again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mcp_handlers.kernel import deadline
from mcp_handlers.kernel.kept_open import CLOSED

if TYPE_CHECKING:
    from botocore.awsrequest import AWSPreparedRequest, AWSResponse
    from botocore.model import OperationModel
    from botocore.session import Session

_HARMLESS = ("Assume", "Describe", "Get", "Head", "List")
"""How the names of operations begin that change nothing. To assume a role only gives out another session, and the
connection for it has been idle for as long as the last one held."""


def in_time(
    request: AWSPreparedRequest, session: Session, connect_seconds: float, read_seconds: float
) -> AWSResponse | None:
    """Send a request whose deadline is sooner than the client's own timeout, which is fixed when it is made.

    None otherwise: then the SDK sends it. The connection is a new one; that is rare, and better than a client each.
    """
    seconds = deadline.allowed(read_seconds)
    if seconds >= read_seconds:
        return None
    from botocore.httpsession import URLLib3Session
    from botocore.utils import get_environ_proxies

    one: Any = URLLib3Session
    own: URLLib3Session = one(
        verify=session.get_config_variable("ca_bundle") or True,
        proxies=get_environ_proxies(request.url),
        timeout=(min(connect_seconds, seconds), seconds),
    )
    return own.send(request)


def again(attempts: int, operation: OperationModel, caught_exception: Exception | None, **_: object) -> int | None:
    """0, seconds to wait, where the connection ended before an answer to what changes nothing: it may have been idle.

    None otherwise: whether a write acted is asked by the kernel, with the same key.
    """
    from botocore.exceptions import ConnectionClosedError

    ended = isinstance(caught_exception, ConnectionClosedError) and operation.name.startswith(_HARMLESS)
    return 0 if ended and attempts <= CLOSED else None
