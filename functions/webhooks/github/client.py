"""Calls of GitHub's REST API through PyGithub: as an app's installation, or with a token."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from functions.webhooks.wire import refusal, retry_after
from workflow.model.base import Json
from workflow.model.errors import OutcomeUnknown, Throttled, TollgateError

if TYPE_CHECKING:
    from github import Github

API = "https://api.github.com"
SECONDS = 10


@dataclass(frozen=True)
class Hub:
    """As the app `app` with its private key `key`, in whatever installation; or as who has `token`."""

    app: str = ""
    key: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    api: str = API

    async def call(self, installation: int, verb: str, path: str, body: Json | None = None) -> Any:
        """GitHub's answer. Raises Throttled, CloudDown, OutcomeUnknown or Rejected."""
        return await asyncio.to_thread(self._call, installation, verb, path, body)

    def _call(self, installation: int, verb: str, path: str, body: Json | None) -> Any:
        import requests
        from github import GithubException

        try:
            _, found = _client(self, installation).requester.requestJsonAndCheck(verb, path, input=body)
        except GithubException as error:
            raise failed(error.status, error.headers or {}, f"{verb} {path}", error.message or "") from None
        except requests.RequestException as error:
            raise OutcomeUnknown(f"GitHub did not answer {verb} {path} ({type(error).__name__}).") from None
        return found


@lru_cache(maxsize=64)
def _client(hub: Hub, installation: int) -> Github:
    # Who is only spoken to pays nothing for it: the import takes longer than a whole cold start.
    from github import Auth, Github

    auth: Any = Auth.AppAuth(hub.app, hub.key).get_installation_auth(installation) if hub.app else Auth.Token(hub.token)
    return Github(
        auth=auth, base_url=hub.api, timeout=SECONDS, retry=None, seconds_between_requests=None,
        seconds_between_writes=None,
    )  # fmt: skip


def failed(status: int, headers: Any, what: str, said: str) -> TollgateError:
    """GitHub's refusal as ours. A limit that is used up is a 403 with the time when it is new again."""
    named = {name.lower(): value for name, value in headers.items()}
    if status == 403 and named.get("x-ratelimit-remaining") == "0" and retry_after(named) is None:
        left = float(named.get("x-ratelimit-reset", "0")) - time.time()
        return Throttled(f"GitHub's limit is used up ({what}).", retry_after=max(left, 1.0))
    return refusal(status, named, what, said[:200])
