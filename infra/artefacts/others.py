"""Which files of other people's packages an artefact holds: the distributions that are imported, what they need, and of
each only what runs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import Distribution, distributions
from pathlib import Path, PurePosixPath

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from infra.artefacts.reach import ROOT

EXTRAS: dict[str, set[str]] = {
    canonicalize_name(asked.name): asked.extras
    for asked in map(Requirement, re.findall(r"(?m)^[a-z].*$", (ROOT / "requirements" / "run.in").read_text()))
}
"""The extras that we ask for."""
NEVER = re.compile(
    r"(^|/)(tests?|__pycache__)/|^(docs?|examples)/|^boto3/examples/|^bin/|^\.\./"
    r"|\.(pyi|pyx|pxd|h|c|md|rst|txt|typed|exe)$|\.dist-info/(?!METADATA$)"
    r"|^botocore/data/(?!endpoints\.json|partitions\.json|_retry\.json|sdk-default)"
)
"""What a package brings for people and for builds. botocore's services are picked by name."""
_NORMAL = re.compile(r"[-_.]+")


@dataclass(frozen=True)
class Site:
    """A folder of installed packages."""

    folder: Path

    @cached_property
    def by_name(self) -> Mapping[str, Distribution]:
        """Each distribution by its normal name."""
        found = distributions(path=[str(self.folder)])
        return {canonicalize_name(each.metadata["Name"]): each for each in found}

    @cached_property
    def _owner(self) -> Mapping[str, str]:
        """The distribution of every module, by dotted name."""
        return {
            module: name for name, each in self.by_name.items() for file in each.files or () for module in _named(file)
        }

    def needed(self, imported: Iterable[str]) -> tuple[str, ...]:
        """The distributions that have these names, and all that they require. What is not installed is left out: it is
        of a platform or of an extra that we do not have."""
        no_extras: set[str] = set()
        queue = [(name, EXTRAS.get(name, no_extras)) for name in filter(None, map(self._of, imported))]
        found: dict[str, set[str]] = {}
        while queue:
            name, extras = queue.pop()
            if name not in self.by_name or (name in found and extras <= found[name]):
                continue
            found[name] = found.get(name, set()) | set(extras)
            queue += _required(self.by_name[name], found[name])
        return tuple(sorted(found))

    def files(self, names: Iterable[str], services: Iterable[str]) -> Iterator[str]:
        """What of these distributions is packed, as paths within the folder; of botocore only these services."""
        wanted = tuple(f"botocore/data/{service}/" for service in services)
        for name in names:
            for file in self.by_name[name].files or ():
                path = file.as_posix()
                if (not NEVER.search(path) or path.startswith(wanted)) and (self.folder / path).is_file():
                    yield path

    def _of(self, imported: str) -> str | None:
        name = imported
        while name and name not in self._owner:
            name = name.rpartition(".")[0]
        return self._owner.get(name)


def _named(file: PurePosixPath) -> Iterator[str]:
    """The dotted name of the module that a file is."""
    if file.suffix == ".py":
        parts = file.with_suffix("").parts
        yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
    elif file.suffix == ".so":
        yield ".".join((*file.parts[:-1], file.name.partition(".")[0]))


def _required(found: Distribution, extras: set[str]) -> Iterator[tuple[str, set[str]]]:
    for line in found.requires or ():
        asked = Requirement(line)
        if asked.marker is None or any(asked.marker.evaluate({"extra": extra}) for extra in ("", *extras)):
            yield canonicalize_name(asked.name), asked.extras
