"""Where the schemas beside this file come from: `python -m tests.terraform.schemas.read FOLDER`, by hand.

FOLDER holds the npm packages @cdktf/provider-aws 21.22.1, -azurerm 14.23.1, -google and -google-beta 16.12.1, as
`npm pack` gives them. They are made from the providers' own schemas (AWS 6.25, AzureRM 4.55, Google 6.50). Kept of each
resource that the modules use: its arguments, which of them are required or are blocks, and all of its attributes.
"""

import json
import re
import sys
import tarfile
from pathlib import Path
from typing import Any

from tests.terraform.hcl import HERE, MODULES, Module

FIELD = re.compile(r"#(\w+) [^}]*\}.*?readonly \w+(\??): ([^;]+);", re.DOTALL)
INTERFACE = re.compile(r"export interface (\w+)([^{]*)\{(.*?)\n\}", re.DOTALL)


def schema(declared: str, code: str) -> dict[str, Any]:
    """One resource's schema from its type declarations and its code."""
    shapes = {name: dict(_fields(body)) for name, _, body in INTERFACE.findall(declared)}
    root = next(name for name, extends, _ in INTERFACE.findall(declared) if "TerraformMetaArguments" in extends)
    attributes = set(re.findall(r"Attribute\('(\w+)'\)", code)) | set(re.findall(r"\(this, [\"'](\w+)[\"'], ", code))
    return {"arguments": _arguments(shapes, root), "attributes": sorted(attributes)}


def _fields(body: str) -> Any:
    for name, optional, kind in FIELD.findall(body):
        yield name, (not optional, kind)


def _arguments(shapes: dict[str, Any], name: str) -> dict[str, Any]:
    found = {}
    for argument, (required, kind) in shapes[name].items():
        nested = next((word for word in re.findall(r"\b[A-Z]\w+\b", kind) if word in shapes), None)
        found[argument] = {"required": required} | ({"block": _arguments(shapes, nested)} if nested else {})
    return found


def folder(kind: str, name: str) -> str:
    """Where a package has a resource or a data source."""
    beta = name.startswith("google_api_gateway")
    short = name if beta else name.partition("_")[2]
    provider = name.partition("_")[0]
    return f"package/lib/{f'data-{provider}-' if kind == 'data' else ''}{short.replace('_', '-')}"


def contents(archive: Path, folders: set[str]) -> dict[str, str]:
    """The files of these folders, in one pass: the archive is large and can only be read from its beginning."""
    found = {}
    with tarfile.open(archive) as tar:
        for member in tar:
            if member.name.rpartition("/")[0] in folders and (file := tar.extractfile(member)) is not None:
                found[member.name] = file.read().decode()
    return found


def main(packages: Path) -> None:
    """Write the schemas of everything that the modules use."""
    used = sorted({(r.kind, r.type) for path in MODULES for r in Module.read(path).resources if r.kind != "ephemeral"})
    for provider in ("aws", "azurerm", "google"):
        mine = [(kind, name) for kind, name in used if name.partition("_")[0] == provider]
        files: dict[str, str] = {}
        for archive in packages.glob(f"cdktf-provider-{provider}-*.tgz"):
            files |= contents(archive, {folder(kind, name) for kind, name in mine})
        lines = [
            f" {json.dumps(name if kind == 'resource' else f'data.{name}')}: "
            + json.dumps(
                schema(*(files[f"{folder(kind, name)}/index.{end}"] for end in ("d.ts", "js"))), sort_keys=True
            )
            for kind, name in mine
        ]
        (HERE / "schemas" / f"{provider}.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
