"""The tables of revocations and switches in one look, because every call of the control plane asks both."""

from __future__ import annotations

from collections.abc import Sequence

from workflow.model.emergency import Revocation
from workflow.model.standing import Standings
from workflow.model.switch import Switch
from workflow.store.database import OnDatabase

_BOTH = """SELECT 'revocation', body, at, kind, name FROM revocations
    UNION ALL SELECT 'switch', body, at, kind, name FROM switches ORDER BY 3, 4, 5"""


class StandingStore(OnDatabase, Standings):
    """The Standings port."""

    async def list_standing(self) -> tuple[Sequence[Revocation], Sequence[Switch]]:
        """Those that hold, each oldest first."""
        async with self._database.glancing() as transaction:
            rows = await transaction.rows(_BOTH)
        return (
            [Revocation.model_validate_json(body) for what, body, *_ in rows if what == "revocation"],
            [Switch.model_validate_json(body) for what, body, *_ in rows if what == "switch"],
        )
