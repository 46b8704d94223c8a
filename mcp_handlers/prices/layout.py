"""The shape of a price file: a header, a table of sections, and the sections. Little endian; standard library only.

A section is either lines of text or one column of numbers. Columns that share a prefix have equal length:

- `machine_*`: one entry per machine type, in order of name.
- `block_first`: where the rows of block `2 * machine + purchase` (0 on demand, 1 spot) begin, and one end mark.
- `row_*`: one entry per price. The rows of a block are in order of rate, region and zone.
- `place_region`: the region of each place; the place's zone is the line of the same number in `zones`.
- `region_*`: one entry per region, in order of name; rates in microdollars. The stamp is the object rate's.
- `order_*`: the machine types in order of their lowest rate, those without any left out.
"""

from __future__ import annotations

MAGIC = b"TOLLGATE"
VERSION = 1
HEADER = "<8sII32s"
"""Magic, version, number of sections, SHA-256 of all that follows the header."""
SECTION = "<16sc3xII"
"""Name, type, offset from the file's start, length in bytes."""
ALIGNMENT = 8

TEXT = "t"
SECTIONS = {
    "machines": TEXT,
    "families": TEXT,
    "gpus": TEXT,
    "regions": TEXT,
    "jurisdictions": TEXT,
    "zones": TEXT,
    "stamps": TEXT,
    "machine_vcpus": "I",
    "machine_memory": "d",
    "machine_gpu": "B",
    "machine_gpus": "H",
    "machine_arch": "B",
    "machine_family": "H",
    "machine_fee": "B",
    "block_first": "I",
    "row_rate": "I",
    "row_place": "H",
    "row_stamp": "B",
    "row_interruption": "B",
    "place_region": "B",
    "region_disk": "I",
    "region_object": "I",
    "region_egress": "I",
    "region_stamp": "B",
    "order_on_demand": "H",
    "order_spot": "H",
}
"""Every section's type: text, or the struct code of its numbers. `gpus` begins with an empty line, for no GPU;
`jurisdictions` are joined by `|`, one line per region; `stamps` are a basis and a date, joined by a space."""

ARCHES = ("x86_64", "arm64")
PURCHASES = ("on_demand", "spot")
UNPUBLISHED = 255
"""The interruption of a price whose cloud publishes none."""
