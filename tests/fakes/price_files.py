"""Price files of our own making: those that are shipped, with every price of a cloud raised or lowered."""

import hashlib
import os
import struct
from pathlib import Path

from mcp_handlers.prices import layout
from mcp_handlers.prices.build import CLOUDS, OFFERS

SCALED = ("row_rate", "region_disk", "region_object")


def scaled(cloud: str, percent: int) -> bytes:
    """The cloud's price file with its machines, disks and buckets at so many percent of their price."""
    content = bytearray((CLOUDS / cloud / OFFERS).read_bytes())
    magic, version, count, _ = struct.unpack_from(layout.HEADER, content)
    begin, size = struct.calcsize(layout.HEADER), struct.calcsize(layout.SECTION)
    for name, _, start, length in struct.iter_unpack(layout.SECTION, bytes(content[begin : begin + count * size])):
        if name.rstrip(b"\0").decode() in SCALED:
            numbers = struct.unpack_from(f"<{length // 4}I", content, start)
            struct.pack_into(f"<{len(numbers)}I", content, start, *(-(-each * percent // 100) for each in numbers))
    digest = hashlib.sha256(content[begin:]).digest()
    struct.pack_into(layout.HEADER, content, 0, magic, version, count, digest)
    return bytes(content)


def put(folder: Path, **percents: int) -> None:
    """Every cloud's file, at once for whoever reads it: as shipped, or at so many percent."""
    for cloud in clouds_shipped():
        place = folder / cloud / OFFERS
        place.parent.mkdir(parents=True, exist_ok=True)
        fresh = place.with_suffix(".new")
        fresh.write_bytes(scaled(cloud, percents.get(cloud, 100)))
        os.replace(fresh, place)


def clouds_shipped() -> tuple[str, ...]:
    """The clouds that have a price file beside their tools."""
    return tuple(sorted(path.parent.name for path in CLOUDS.glob(f"*/{OFFERS}")))
