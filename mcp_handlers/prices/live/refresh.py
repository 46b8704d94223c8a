"""A refresh of one cloud's prices: read every page, compose, gate, compare, and only then put in force."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mcp_handlers.prices.build import OFFERS, Report, build
from mcp_handlers.prices.catalog import Catalog
from mcp_handlers.prices.live.compare import Change, compare, judge, limit
from mcp_handlers.prices.live.folder import Folder
from mcp_handlers.prices.live.progress import Progress, alone
from mcp_handlers.prices.live.source import UNREADABLE, CursorGone, Skipped, Source
from workflow.model.errors import BadRequest, PricesRefused
from workflow.model.ports import Clock

MOST_PAGES = 2000
"""Pages of one part. The largest part known is a region of Azure with about ten."""
RESTARTS = 2
"""How often a part may be read from its start again because its cursor was lost."""


@dataclass(frozen=True)
class Step:
    """A page was kept: of which part, how many so far, and how long it took in all."""

    cloud: str
    part: str
    pages: int
    items: int
    seconds: float


Tell = Callable[[Step], None]


@dataclass(frozen=True)
class Refreshed:
    """What one refresh did. `resumed` of the pages were kept by an earlier one; `dropped` counts items by reason."""

    cloud: str
    pages: int
    resumed: int
    items: int
    seconds: float
    dropped: dict[str, int]
    skipped: tuple[Skipped, ...]
    report: Report
    change: Change
    file: Path

    @property
    def skipped_by_why(self) -> dict[str, int]:
        """How many machines were not priced somewhere, by reason."""
        machines = {(each.machine, each.why) for each in self.skipped}
        return dict(sorted(Counter(why for _, why in machines).items()))


def refresh(source: Source, folder: Folder, clock: Clock, tell: Tell) -> Refreshed:
    """Read the source to its end, or go on where an earlier refresh was stopped, and put the prices in force.

    Raises PricesRefused where they cannot be believed, InHand where another refresh runs, and what the source raises.
    What is in force stays as it was in each case, and the pages that were read are kept until all of them are judged.
    """
    with alone(folder.path / "progress" / f"{source.cloud}.lock"):
        start = clock.now()
        progress = Progress(folder.progress(source.cloud), source.address, tuple(source.parts()), start)
        _read(source, progress, lambda: (clock.now() - start).total_seconds(), tell)
        try:
            done = _put(source, folder, progress, (clock.now() - start).total_seconds())
        except (PricesRefused, BadRequest):
            # The same pages would be refused again: the next refresh reads new ones.
            progress.clear()
            raise
        progress.clear()
        return done


def _read(source: Source, progress: Progress, seconds: Callable[[], float], tell: Tell) -> None:
    for part in source.parts():
        restarts = 0
        while (cursor := progress.following(part)) is not None:
            try:
                page = source.page(part, cursor)
            except CursorGone:
                restarts += 1
                if restarts > RESTARTS:
                    raise
                progress.forget(part)
                continue
            seen = progress.seen(part)
            if page.cursor and (page.cursor in seen or len(seen) >= MOST_PAGES):
                raise PricesRefused(f"the pages of {source.cloud} {part} have no end")
            progress.keep(part, page)
            items = sum(kept.items for kept in progress.pages)
            tell(Step(source.cloud, part, len(progress.pages), items, seconds()))


def _put(source: Source, folder: Folder, progress: Progress, seconds: float) -> Refreshed:
    cloud, dropped = source.cloud, progress.dropped
    items = sum(page.items for page in progress.pages)
    _refuse_if_unreadable(cloud, dropped[UNREADABLE], items + dropped.total())
    composed = source.compose(progress.items(), folder.known(cloud))
    observed = progress.began.date()
    with folder.staged(cloud, composed.lines, observed) as stage:
        try:
            content, report = build(cloud, stage)
            (stage / OFFERS).write_bytes(content)
            change = compare(Catalog(cloud, str(folder.offers(cloud))), Catalog(cloud, str(stage / OFFERS)))
            judge(cloud, change)
        except (PricesRefused, BadRequest) as error:
            kept = folder.refuse(cloud, composed.lines, observed)
            remedy = f"The price files are as they were. What was not believed is in {kept}: look at it."
            raise PricesRefused(error.message, remedy) from None
        file = folder.put(cloud, stage, content)
    return Refreshed(
        cloud=cloud,
        pages=len(progress.pages),
        resumed=progress.resumed,
        items=items,
        seconds=seconds,
        dropped=dict(sorted(dropped.items())),
        skipped=composed.skipped,
        report=report,
        change=change,
        file=file,
    )


def _refuse_if_unreadable(cloud: str, unread: int, all_: int) -> None:
    if 100 * unread > limit(cloud, UNREADABLE) * all_:
        raise PricesRefused(f"{unread} of the {all_} prices of {cloud} are of another shape than is known")
