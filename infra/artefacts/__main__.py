"""`python -m infra.artefacts [--cloud azure|gcp] [--for x86_64|arm64]`: the artefact of every function on a cloud, in
.tollgate/lambda, .tollgate/azure or .tollgate/gcp.

Without `--cloud` that is AWS; without `--for` they are for this machine, as an emulator runs them.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table

from infra.artefacts.contents import Contents, contents
from infra.artefacts.elsewhere import on_azure, on_google
from infra.artefacts.others import Site
from infra.artefacts.pack import Artefact, based, pack
from infra.artefacts.reach import ROOT
from infra.artefacts.stage import LAMBDA, PYTHON, staged
from workflow.model.errors import TollgateError

KEPT = ROOT / ".tollgate" / "lambda"
MANIFEST = "manifest.json"
MEGABYTE = 1_000_000
EVERY: Mapping[str, Callable[[], Iterable[Contents]]] = {"aws": contents, "azure": on_azure, "gcp": on_google}
"""What the functions are, by cloud."""


def make(one: Contents, site: Site, into: Path) -> Artefact:
    """The artefact of one function."""
    services, others = one.calls(), site.needed(one.reached().others)
    shared = set(site.files(others, ()))
    own = {one.site + path: site.folder / path for path in site.files(others, services) if path not in shared}
    base = based(into, site.folder, shared, one.site)
    return pack(one.name, base, own | one.ours(), others, dict(one.start))


def manifest(made: Sequence[Artefact], architecture: str) -> dict[str, object]:
    """What serverless.yml reads: which runtime the artefacts are for; and what is in each."""
    about = {one.name: {**asdict(one), "path": one.path.name} for one in made}
    return {"runtime": f"python{PYTHON}", "architecture": architecture, "artefacts": about}


def table(made: Sequence[Artefact]) -> Table:
    """Sizes, the largest first."""
    drawn = Table(box=None, header_style="dim")
    for title in ("function", "zip", "unzipped", "packages"):
        drawn.add_column(title, justify="left" if title == "function" else "right")
    for one in sorted(made, key=lambda each: -each.packed):
        sizes = (f"{size / MEGABYTE:.1f} MB" for size in (one.packed, one.unpacked))
        drawn.add_row(one.name, *sizes, str(len(one.others)))
    return drawn


def main() -> None:
    """Make them all, and say how large they are."""
    parser = argparse.ArgumentParser(prog="python -m infra.artefacts", description=__doc__)
    parser.add_argument("--cloud", choices=sorted(EVERY), default="aws")
    parser.add_argument("--for", dest="architecture", choices=sorted(LAMBDA), default="")
    parser.add_argument("--json", action="store_true", help="Print the manifest.")
    asked = parser.parse_args()
    screen = Console(stderr=asked.json)
    try:
        with screen.status("Bringing the packages…"):
            site = Site(staged(KEPT, asked.architecture))
    except TollgateError as error:
        screen.print(f"{error.message}\n{error.remedy}", soft_wrap=True, markup=False)
        sys.exit(1)
    into = KEPT if asked.cloud == "aws" else KEPT.with_name(asked.cloud)
    every = list(EVERY[asked.cloud]())
    made = [make(one, site, into) for one in track(every, "Packing", console=screen, transient=True)]
    here = "arm64" if platform.machine() in ("arm64", "aarch64") else "x86_64"
    told = json.dumps(manifest(made, asked.architecture or here), indent=1)
    (into / MANIFEST).write_text(told + "\n")
    if asked.json:
        print(told)
    else:
        screen.print(table(made))


if __name__ == "__main__":
    main()
