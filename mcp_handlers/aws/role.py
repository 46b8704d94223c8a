"""The tool's role in AWS: assumed for one principal and run, with a session policy that is narrowed to the call."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from mcp_handlers.aws.client import Clients
from mcp_handlers.aws.permissions import Allow, compact, session_policy
from mcp_handlers.kernel.acting import Roles, Work
from workflow.model.errors import NoPermission

if TYPE_CHECKING:
    from botocore.credentials import CredentialProvider

SETTING = "TOLLGATE_AWS_TOOL_ROLE"
"""The ARN of the role to assume; `{tool}` in it stands for the tool. Without it the process's own rights are used."""
SECONDS = 1800
"""How long a session lasts. The SDK takes another in its last quarter of an hour."""
SESSIONS = 64
"""How many sessions are kept at once, the latest used; each holds its own connections."""
_ARN = re.compile(r"arn:aws[a-z-]*:iam::(\d{12}):role/[\w+=,.@/-]{1,128}")
_NOT_IN_A_NAME = re.compile(r"[^\w+=,.@-]", re.ASCII)


class ToolRole:
    """One tool's role. The same call of the same principal and run gets the same session until it is about to end."""

    def __init__(self, env: Mapping[str, str], arn: str, permissions: tuple[Allow, ...]) -> None:
        match = _ARN.fullmatch(arn)
        if match is None:
            raise NoPermission(f"{SETTING} is no role's ARN.", "Set it to arn:aws:iam::<account>:role/<name>.")
        self._env, self._arn, self._account, self._permissions = env, arn, match[1], permissions
        self._session = lru_cache(maxsize=SESSIONS)(self._begin)

    def clients(self, work: Work) -> Clients:
        """Clients in the role, for this call alone. STS is asked when the first of them signs. Raises Rejected."""
        policy = compact(session_policy(self._permissions, work, self._account))
        name = _NOT_IN_A_NAME.sub("-", f"{work.run or 'read'}-{work.principal}")[:64]
        tags = {"tollgate:tool": work.tool, "tollgate:tenant": work.tenant, "tollgate:run": work.run}
        return self._session(name, policy, tuple((key, value) for key, value in tags.items() if value))

    def _begin(self, name: str, policy: str, tags: tuple[tuple[str, str], ...]) -> Clients:
        asked = {
            "RoleSessionName": name,
            "Policy": policy,
            "DurationSeconds": SECONDS,
            "Tags": [{"Key": key, "Value": value} for key, value in tags],
        }
        return Clients(self._env, credentials=lambda: _provider(self._own, self._arn, asked))

    @cached_property
    def _own(self) -> Clients:
        return Clients(self._env)


def roles(env: Mapping[str, str], tool: str, permissions: Iterable[Allow]) -> Roles | None:
    """The tool's role, as `env` names it; None where it names none. Raises NoPermission for what is no role."""
    setting = env.get(SETTING, "")
    return ToolRole(env, setting.replace("{tool}", tool), tuple(permissions)) if setting else None


def _provider(own: Clients, arn: str, asked: dict[str, Any]) -> CredentialProvider:
    from botocore.credentials import CredentialProvider, DeferredRefreshableCredentials, create_assume_role_refresher

    class _AssumedRole(CredentialProvider):
        METHOD = CANONICAL_NAME = "tollgate-role"

        def load(self) -> Any:
            refresh = create_assume_role_refresher(own.sts(), {"RoleArn": arn, **asked})
            return DeferredRefreshableCredentials(refresh, self.METHOD)

    return _AssumedRole()
