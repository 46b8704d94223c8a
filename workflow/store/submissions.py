"""The table of claims, and the store's part of taking demands in."""

from __future__ import annotations

from datetime import datetime

from workflow.model.ports import Event
from workflow.model.run import Run
from workflow.model.submission import Claim, Submissions
from workflow.store import events, places, runs
from workflow.store.database import OnDatabase, Transaction
from workflow.store.ledger import utc_text


async def find(transaction: Transaction, claim: Claim) -> Claim | None:
    """The claim that holds for the same key, or None."""
    rows = await transaction.rows(
        "SELECT digest, run FROM claims WHERE tenant = ? AND owner = ? AND name = ?",
        (claim.tenant, claim.owner, claim.key),
    )
    return next((claim.model_copy(update={"digest": digest, "run": run}) for digest, run in rows), None)


class SubmissionStore(OnDatabase, Submissions):
    """The Submissions port."""

    async def submit_run(self, run: Run, event: Event, now: datetime, claim: Claim | None = None) -> Claim | None:
        """Keep a new run, due at once, with the event that says so and the claim on its key, together or not at all.

        Where the key was claimed before nothing is kept, and that claim is returned; None where the run is new.
        """
        names = [f"claim {claim.tenant} {claim.owner} {claim.key}"] if claim else []
        async with self._database.writing(*names, f"run {run.id}") as transaction:
            if claim is not None:
                if before := await find(transaction, claim):
                    return before
                await transaction.rows(
                    "INSERT INTO claims (tenant, owner, name, digest, run, at) VALUES (?, ?, ?, ?, ?, ?)",
                    (claim.tenant, claim.owner, claim.key, claim.digest, claim.run, utc_text(now)),
                )
            await places.lay_down(transaction, run.id, now)
            await runs.put(transaction, run)
            await events.append(transaction, event)
            return None
