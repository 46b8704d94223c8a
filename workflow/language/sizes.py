"""CPUs, memory and disk, per machine, in vCPUs and GiB."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import NamedTuple

from workflow.language.machines import MACHINE
from workflow.language.negation import blank
from workflow.language.numbers import NUM

CPU = (
    r"(?:v-?cpus?|v-?cores?|cpus?|cores?|cpu-?kernen?|prozessorkernen?|prozessoren|kernen?|nucleos?"
    r"|procesadores"
    r"|coeurs?|processors?|코어|vcpu\S*)"
    r"(?![a-z0-9])"
)
_SIZE = (
    NUM + r" ?-?(?P<unit>[kmgtp]i?bs?|gig(?:s|as?|abytes?|abits?|aoctets?|abyte)?|tera(?:s|bytes?|octets?)?"
    r"|mega(?:s"
    r"|bytes?)|peta(?:s|bytes?|octets?)?"
    r"|mebibytes?|gibibytes?|tebibytes?|[gt]|기가(?:바이트)?|테라(?:바이트)?|페타(?:바이트)?"
    r"|메가(?:바이트)?)(?![a-z0-9])(?! ?/ ?s|ps)"
)
_GIB = {
    "k": 1 / 1024**2,
    "m": 1 / 1024,
    "g": 1.0,
    "t": 1024.0,
    "p": 1024.0**2,
    "메": 1 / 1024,
    "기": 1.0,
    "테": 1024.0,
    "페": 1024.0**2,
}
_RAM = r"(?:ram|memory|mem|arbeitsspeicher|hauptspeicher|memoria|memoire|메모리|램)"
_DISK = (
    r"(?:disks?|disc|ssds?|hdds?|nvme|volumes?|storage|space|scratch|bucket|drive|festplatte\w*|platte\w*|speicherplatz"
    r"|plattenplatz|datenvolumen|discos?|almacenamiento"
    r"|espacio|volumen|disques?|stockage|espace|filesystem|nas|디스크|스토리지|저장\s?공간|저장소|볼륨|버킷|용량|하드)"
)
_EITHER = r"(?:speicher)"
_ADJECTIVES = (
    r"(?:(?:of|de|d'|an|en|fast|local|ssd|nvme|hdd|persistent|encrypted|attached|block|object|system|extra|free"
    r"|usable|total|dedicated|data|root|boot|ddr\d|ecc|min|max|minimum"
    r"|each|more|additional|shared|scratch|gp3|standard|cold|or more|vive|cloud|network|plus|als|짜리|의) ?"
    r"|-|\+ ?)*"
)
_LEFT = (
    r"\s?(?:\([^)]*\))?\s?(?:size|capacity|min|minimum|per \w+|each|pro \w+|por \w+|par \w+)?\s?(?:[:=]"
    r"|of|is|von|de"
    r"|du|at least|min|mindestens|around|about|minimum|al menos|au moins|mit|with|는|은|가|이|을|를)?\s?(?:at least"
    r"|mindestens|al menos|au moins|about|around|<=|>=|>)?\s?$"
)
_EXISTING = re.compile(
    r"\b(?:our|the|existing|unsere[nm]?|nuestr[oa]s?|notre|my|their|reads?|process\w*|from|crunch\w*|convert\w*"
    r"|analy[sz]\w*)\s$"
)
_AFTER_CPU = re.compile(
    rf"{CPU}\)?(?: each| apiece)?\s?(?:[,/+&|x-]|and|und|y|et|with|mit|con|avec|n|개|와|과)?"
    r"\s?(?:and|und|y|et)?\s?(?:\d+ x )?$"
)
_AFTER_MACHINE = re.compile(
    rf"(?<![a-z])(?:{MACHINE}|\u00a4)\s?[,/+&]?\s?(?:with|of|mit|con|avec|having|has|de|and|und|y|et)?"
    r"\s?(?:at least )?$"
)


_RAISED = re.compile(r"\b(?:needs?|takes?|wants?|requires?|must have|should have|make it) at least $")
"""Words before a bare size that raise the memory named elsewhere."""


class Size(NamedTuple):
    """An amount of bytes in GiB, where it stands, and what the words beside it call it."""

    gib: float
    where: tuple[int, int]
    label: str


def vcpus(text: str) -> tuple[int, tuple[int, int]] | None:
    """The CPUs stated, the larger where two are, and where; None if none."""
    words = r"(?:(?:physical|virtual|logical|dedicated|cpu|x86|arm|intel|amd|fast|vcpu|processor|full|real) ?)?"
    found = [
        *re.finditer(rf"{NUM}[ -]?x?[ -]?{words}{CPU}", text),
        *re.finditer(
            rf"(?<![\w-]){CPU}(?: (?:count|cores?))?(?: per (?:node|vm|worker|machine"
            rf"|replica))?\s?[:=] ?{NUM}(?! ?[gtm]i?b| ?gig| ?{MACHINE}\b)",
            text,
        ),
        *re.finditer(rf"(?<![\w-]){CPU}\S?\s?{NUM}(?=\s?(?:개|코어)|$|[,\n])", text),
    ]
    whole = [(int(float(m[1])), m.span()) for m in found if float(m[1]).is_integer() and float(m[1]) > 0]
    return max(whole, default=None)


def sizes(text: str) -> list[Size]:
    """All sizes in the order of the text, each called `ram`, `disk` or, where nothing beside it says, ``."""
    found: list[Size] = []
    used = 0
    for match in re.finditer(_SIZE, text):
        gib = float(match[1]) * _GIB[match["unit"][0]]
        label, used = _label(text, match, used)
        found.append(Size(gib, match.span(), label))
    return found


def _label(text: str, match: re.Match[str], used: int) -> tuple[str, int]:
    """What a size is called, and how far the text's words are now spoken for."""
    before, after = text[max(used, match.start() - 90) : match.start()], text[match.end() : match.end() + 90]
    for label, words in (("ram", _RAM), ("disk", _DISK)):
        if re.search(rf"{words}{_LEFT}", before) and not re.search(rf"{words}\s?,\s?$", before):
            return label, match.end()
    for label, words in (("ram", _RAM), ("disk", _DISK)):
        if right := re.match(rf"\s?{_ADJECTIVES}\(?{words}(?![a-z0-9])", after):
            existing = label == "disk" and _EXISTING.search(before)
            return "input" if existing else label, match.end() + right.end()
    return _unlabelled(text, before, after), match.end()


def _unlabelled(text: str, before: str, after: str) -> str:
    """What a bare size is by its place: memory after CPUs or a machine, disk for German `Speicher` without CPUs."""
    if _AFTER_CPU.search(before) or (_AFTER_MACHINE.search(before) and not re.match(r"\s?of\b", after)):
        return "ram"
    if re.match(rf"\s?{_ADJECTIVES}{_EITHER}\b", after):
        return "ram" if re.search(CPU, text) else "disk"
    return ""


def memory(text: str) -> Size | None:
    """The memory asked for, the larger where two are stated."""
    found = sizes(text)
    named = [size for size in found if size.label == "ram"]
    if named and all(size.label != "disk" for size in found):
        named += [size for size in found if not size.label and _RAISED.search(text[: size.where[0]])]
    if not named:
        lone = rf"(?:^|[.,;\n])\s?{_SIZE}\s?(?=$|[.,;\n])"
        named = [
            Size(float(m[1]) * _GIB[m["unit"][0]], m.span(), "ram")
            for m in re.finditer(lone, text)
            if re.search(CPU, text)
        ]
    return max(named, key=lambda size: size.gib, default=None)


def storage(text: str, *, only: bool) -> Size | None:
    """The disk asked for. With `only`, where nothing but storage is wanted, any size will do that is not memory."""
    found = sizes(_without_input(text))
    named = [size for size in found if size.label == "disk"] or _after_memory(text, found)
    if only:
        named = named or [size for size in found if size.label != "ram"]
    return max(named, key=lambda size: size.gib, default=None)


def _after_memory(text: str, found: list[Size]) -> list[Size]:
    """The bare size that follows a bare memory: `4 vcpus, 16 GB, 250 GB each`."""
    pairs = pairwise(found)
    return [
        size
        for ram, size in pairs
        if ram.label == "ram"
        and not size.label
        and re.fullmatch(
            r"\s?(?:of )?(?:ram|memory|mem)?\s?(?:[,/+]|and|und|y|et)?\s?", text[ram.where[1] : size.where[0]]
        )
    ]


def _without_input(text: str) -> str:
    """The text without amounts that are per item or that already lie elsewhere."""
    return blank(
        text,
        [
            m.span()
            for m in re.finditer(rf"{_SIZE} (?:files|objects|chunks|per (?:file|object|image|day|hour))\b", text)
        ],
    )
