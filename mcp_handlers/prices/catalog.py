"""One cloud's price file, mapped into memory: columns of numbers, read in place and never copied.

Only the standard library's cheapest modules are imported here, because every function that prices something loads
this on its cold start.
"""

from __future__ import annotations

import mmap
import os
import struct

from mcp_handlers.prices import layout

TYPE_CHECKING = False
if TYPE_CHECKING:
    from policies.engine.question import MachineFacts

_CLOUDS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_FILE = "offers.bin"
FOLDER = "TOLLGATE_PRICES"
"""Names a folder of refreshed price files, `<cloud>/offers.bin`, that is read in place of our own."""
_loaded: dict[str, tuple[object, Catalog]] = {}


class Catalog:
    """A cloud's machine types, regions and prices, as one price file has them. Shape: `layout.py`.

    `snapshot` is the SHA-256 of the file's content, as 64 hex digits: it is written in the header by the build.
    """

    def __init__(self, cloud: str, path: str) -> None:
        """Map the file. Raises ValueError if it is no price file of this version, OSError if it cannot be read."""
        with open(path, "rb") as file:
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        view = memoryview(self._map)
        magic, version, count, content = struct.unpack_from(layout.HEADER, view)
        if (magic, version) != (layout.MAGIC, layout.VERSION):
            raise ValueError(f"{path} is not a price file of version {layout.VERSION}; build it again")
        table = view[struct.calcsize(layout.HEADER) :][: count * struct.calcsize(layout.SECTION)]
        self._sections = {
            name.rstrip(b"\0").decode(): (kind.decode(), view[start : start + size])
            for name, kind, start, size in struct.iter_unpack(layout.SECTION, table)
        }
        self.cloud = cloud
        self.snapshot: str = content.hex()
        self.machines = self._lines("machines")
        self.families = self._lines("families")
        self.gpus = self._lines("gpus")
        self.regions = self._lines("regions")
        self.jurisdictions = tuple(tuple(line.split("|")) for line in self._lines("jurisdictions"))
        self.zones = self._lines("zones")
        self.stamps = self._lines("stamps")
        self.vcpus = self._integers("machine_vcpus")
        self.memory = self._sections["machine_memory"][1].cast("d")
        self.gpu = self._integers("machine_gpu")
        self.gpu_count = self._integers("machine_gpus")
        self.arch = self._integers("machine_arch")
        self.family = self._integers("machine_family")
        self.fee = self._integers("machine_fee")
        self.first = self._integers("block_first")
        self.rate = self._integers("row_rate")
        self.place = self._integers("row_place")
        self.stamp = self._integers("row_stamp")
        self.interruption = self._integers("row_interruption")
        self.place_region = self._integers("place_region")
        self.disk = self._integers("region_disk")
        self.object = self._integers("region_object")
        self.egress = self._integers("region_egress")
        self.region_stamp = self._integers("region_stamp")
        self.order = (self._integers("order_on_demand"), self._integers("order_spot"))
        self._numbers: dict[str, int] = {}

    def _lines(self, section: str) -> list[str]:
        return bytes(self._sections[section][1]).decode().split("\n")

    def _integers(self, section: str) -> memoryview[int]:
        kind, content = self._sections[section]
        return content.cast(kind)

    def number(self, machine: str) -> int | None:
        """The number of the machine type of exactly this name, or None."""
        if not self._numbers:
            self._numbers = {name: number for number, name in enumerate(self.machines)}
        return self._numbers.get(machine)

    def machine(self, name: str) -> MachineFacts | None:
        """What is known of the machine type of exactly this name, or None where the cloud sells no such type."""
        from policies.engine.question import MachineFacts

        number = self.number(name)
        if number is None:
            return None
        return MachineFacts(
            name=name,
            family=self.families[self.family[number]],
            vcpus=self.vcpus[number],
            memory_gib=self.memory[number],
            gpu=self.gpus[self.gpu[number]] or None,
            gpu_count=self.gpu_count[number],
        )


def folder() -> str:
    """Where the price files are: what TOLLGATE_PRICES names, or the folder of the clouds beside this one.

    Raises NotFound where it names no folder: prices of another day would otherwise be used in silence.
    """
    named = os.environ.get(FOLDER)
    if named and not os.path.isdir(named):
        from workflow.model.errors import NotFound

        raise NotFound(
            f"{FOLDER} names {named!r}, which is no folder", "Make it with `tollgate prices refresh --into`."
        )
    return named or _CLOUDS


def clouds() -> tuple[str, ...]:
    """The clouds that have a price file, in order of name."""
    where = folder()
    return tuple(name for name in sorted(os.listdir(where)) if os.path.isfile(os.path.join(where, name, _FILE)))


def load_cloud(cloud: str) -> Catalog:
    """The cloud's catalog, loaded once in a process and again when a refresh has put another file in its place.

    Raises NotFound for a cloud without a price file.
    """
    path = os.path.join(folder(), cloud, _FILE)
    try:
        # A name with a slash in it would lead elsewhere.
        seen = os.stat(path if cloud.isalnum() else "")
    except OSError:
        from workflow.model.errors import NotFound

        raise NotFound(f"there is no price file for cloud {cloud!r}", "Name one of: " + ", ".join(clouds())) from None
    mark = (path, seen.st_ino, seen.st_mtime_ns)
    found = _loaded.get(cloud)
    if found is None or found[0] != mark:
        found = _loaded[cloud] = (mark, Catalog(cloud, path))
    return found[1]
