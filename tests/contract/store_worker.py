"""One process among several on a store: `python -m tests.contract.store_worker MODULE PLACE JOB NAME`.

`spend` holds 100 cents at a time until LIMIT would be passed, and prints each key it won. `write` saves, appends and
ends runs until it is killed, and prints each sequence number once it is safe.
"""

from __future__ import annotations

import asyncio
import importlib
import itertools
import sys

from tests.contract.stores import NOW, a_receipt, a_record, a_reservation, a_run, an_event
from workflow.model.ports import Store

LIMIT = 2_500
EACH = 100


async def hold_until_the_limit(store: Store, name: str) -> list[str]:
    """The keys that were held: spend is read, judged and then expected, as the control plane does it."""
    won = []
    while True:
        spend = await store.spend("acme", "default", NOW)
        if spend.tenant_month_cents + EACH > LIMIT:
            return won
        key = f"{name}-{len(won)}"
        if await store.reserve([a_reservation(key, EACH)], spend):
            won.append(key)


async def write_for_ever(store: Store, name: str) -> None:
    """Every kind of write in turn; a number is printed only after its transaction returned."""
    for turn in itertools.count():
        run = a_run(f"{name}-{turn}")
        await store.save_run(run)
        await store.save_receipt(a_receipt(f"{name}-{turn}", run=run.id))
        await store.append(an_event(run.id, turn=turn))
        entry = await store.end_run(run, a_record(run), an_event(run.id, "run.ended"))
        print(entry.seq, flush=True)


async def main(module: str, place: str, job: str, name: str) -> None:
    """Do the job on the store at the place."""
    async with importlib.import_module(module).open_store(place) as store:
        if job == "write":
            await write_for_ever(store, name)
        for key in await hold_until_the_limit(store, name):
            print(key)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
