"""What lives on after its run: a row for each resource, made with the run's end, gone with the receipt of a release."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from workflow.model.deployment import LASTING, Deployment, Deployments
from workflow.model.errors import Terminal
from workflow.model.resource import Receipt, Resource
from workflow.model.run import Record, Run
from workflow.store.database import OnDatabase, Transaction

RELEASE = "release_resource"


async def born(transaction: Transaction, record: Record) -> None:
    """Add what a run leaves that ended well, where its work is of a kind that lasts."""
    if record.state != "succeeded" or record.workload is None or record.workload.kind not in LASTING:
        return
    for number, resource in enumerate(record.resources):
        await transaction.rows(
            "INSERT INTO live_resources (resource, run, tenant, number, body) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT DO NOTHING",
            (_name(resource), record.run, record.request.principal.tenant, number, resource.model_dump_json()),
        )


async def gone(transaction: Transaction, receipt: Receipt) -> None:
    """Take away what the receipt says was released."""
    if receipt.tool == RELEASE and "resource" in receipt.output:
        released = Resource.model_validate(receipt.output["resource"])
        await transaction.rows("DELETE FROM live_resources WHERE resource = ?", (_name(released),))


class DeploymentStore(OnDatabase, Deployments):
    """The Deployments port."""

    async def list_deployments(
        self, *, tenant: str | None = None, after: str = "", limit: int = 100
    ) -> Sequence[Deployment]:
        """Up to `limit` of them in order of their runs' ids, from just after the run `after`."""
        mine, tenants = ("", ()) if tenant is None else (" AND tenant = ?", (tenant,))
        async with self._database.glancing() as transaction:
            rows = await transaction.rows(
                f"""SELECT live.run, live.body, runs.body FROM live_resources AS live JOIN runs ON runs.id = live.run
                    WHERE live.run IN (SELECT DISTINCT run FROM live_resources WHERE run > ?{mine}
                    ORDER BY run LIMIT ?) ORDER BY live.run, live.number""",  # noqa: S608
                (after, *tenants, max(limit, 0)),
            )
        return [_deployment(list(found)) for _, found in groupby(rows, key=lambda row: row[0])]


def _deployment(rows: list[tuple[str, str, str]]) -> Deployment:
    record = Run.model_validate_json(rows[0][2]).record
    if record is None:
        raise Terminal(f"Run {rows[0][0]} has resources and no record.", "Run `tollgate ledger verify`.")
    return Deployment(record=record, resources=tuple(Resource.model_validate_json(body) for _, body, _ in rows))


def _name(resource: Resource) -> str:
    return "|".join((resource.cloud, resource.kind, resource.region, resource.zone, resource.id))
