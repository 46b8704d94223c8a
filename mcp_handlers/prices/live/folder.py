"""A folder of refreshed prices: `data/` with the snapshots, `<cloud>/offers.bin` with the price files, `progress/`."""

from __future__ import annotations

import csv
import gzip
import io
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

from mcp_handlers.prices import rows
from mcp_handlers.prices.build import CLOUDS, OFFERS, sources
from mcp_handlers.prices.live.progress import write
from mcp_handlers.prices.live.source import COLUMNS, Line
from mcp_handlers.prices.names import DATA


@dataclass(frozen=True)
class Folder:
    """Where refreshed prices go. An empty folder goes on from the snapshots and price files that are shipped."""

    path: Path

    def data(self, name: str) -> Path:
        """A snapshot, or what else the build reads: this folder's, or the shipped one, which a new version brings."""
        own = self.path / "data" / name
        return own if own.exists() else DATA / name

    def progress(self, cloud: str) -> Path:
        """Where a cloud's pages are kept until they are all there."""
        return self.path / "progress" / cloud

    def offers(self, cloud: str) -> Path:
        """The cloud's price file in force."""
        own = self.path / cloud / OFFERS
        return own if own.exists() else CLOUDS / cloud / OFFERS

    def known(self, cloud: str) -> list[Line]:
        """The lines of the cloud's snapshot in force that have a price."""
        return [line for _, line in rows.lines(self.data(f"{cloud}.csv.gz")) if _priced(line)]

    def regions(self, cloud: str) -> tuple[str, ...]:
        """The cloud's regions whose jurisdiction is known: no other could be offered."""
        with self.data("regions.csv").open(encoding="utf-8", newline="") as file:
            return tuple(line["region"] for line in csv.DictReader(file) if line["cloud"] == cloud)

    @contextmanager
    def staged(self, cloud: str, lines: Iterable[Line], observed: date) -> Iterator[Path]:
        """A copy of the snapshots with these lines for the cloud; it is gone afterwards."""
        self.path.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.path, prefix=".staged-") as name:
            stage = Path(name) / "data"
            shutil.copytree(DATA, stage)
            if (self.path / "data").is_dir():
                shutil.copytree(self.path / "data", stage, dirs_exist_ok=True)
            (stage / f"{cloud}.csv.gz").write_bytes(snapshot(lines, observed))
            yield stage

    def refuse(self, cloud: str, lines: Iterable[Line], observed: date) -> Path:
        """Keep a snapshot that was not believed, to be looked at; its path."""
        path = self.path / "refused" / f"{cloud}.csv.gz"
        path.parent.mkdir(parents=True, exist_ok=True)
        write(path, snapshot(lines, observed))
        return path

    def put(self, cloud: str, stage: Path, content: bytes) -> Path:
        """Put the staged snapshot and its price file in force, the file last; the path of the file."""
        self._complete()
        write(self.path / "data" / f"{cloud}.csv.gz", (stage / f"{cloud}.csv.gz").read_bytes())
        target = self.path / cloud / OFFERS
        write(target, content)
        return target

    def _complete(self) -> None:
        """Before the first refresh: what is in force elsewhere, so that the folder serves every cloud."""
        for cloud in sources():
            snapshot_name = f"{cloud}.csv.gz"
            for own, found in (
                (self.path / "data" / snapshot_name, self.data(snapshot_name)),
                (self.path / cloud / OFFERS, self.offers(cloud)),
            ):
                if not own.exists():
                    own.parent.mkdir(exist_ok=True)
                    write(own, found.read_bytes())


def snapshot(lines: Iterable[Line], observed: date) -> bytes:
    """The lines as a snapshot's file: in order, and the same bytes for the same lines and day."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(sorted(({**line, "observed": observed.isoformat()} for line in lines), key=_order))
    return gzip.compress(text.getvalue().encode(), mtime=0)


def _order(line: Line) -> list[str]:
    return [line[column] for column in ("region", "instance_type", "zone", "gpu", "gpu_count")]


def _priced(line: Line) -> bool:
    try:
        return Decimal(line["on_demand_usd_h"]) > 0
    except InvalidOperation:
        return False
