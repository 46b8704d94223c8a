"""What of a question does not belong in a log: secrets are taken out, persons are given another name."""

from __future__ import annotations

import hmac
import re
import secrets
from dataclasses import dataclass, field
from typing import Any

from workflow.model.base import Json

SECRET = re.compile(r"passw|passphrase|secret|token|credential|authori[sz]ation|api_?key|private|certificate", re.I)
"""Fields whose value is taken out, by their name."""
PERSON = re.compile(r"^(owner|email|user|approver|requester|submitted_by)$", re.I)
"""Fields that name a person, and `principal.id`."""
FREE = re.compile(r"^(text|reason|comment|description|command|args|env|environment_variables|user_data|script)$", re.I)
"""Fields that people write freely, and so may hold anything."""
SHORTEST = 4
"""Letters of a name that is looked for in sentences; a shorter one is found in other words."""
_SALT = secrets.token_bytes(16)


@dataclass(frozen=True)
class Masked:
    """A document for a log. `erased` and `masked` are JSON pointers to what was taken out and what was replaced."""

    document: Json
    erased: tuple[str, ...]
    masked: tuple[str, ...]


def masked(document: Json, salt: bytes = _SALT) -> Masked:
    """A copy without secrets and free text; who is named in a field is also renamed in sentences.

    The same person has the same other name wherever the salt is the same.
    """
    mask = _Mask(salt)
    found = {key: mask.named(value, f"/{_token(key)}", str(key)) for key, value in document.items()}
    told = {key: mask.unnamed(value, f"/{_token(key)}") for key, value in found.items()}
    return Masked(told, tuple(mask.erased), tuple(mask.replaced))


@dataclass
class _Mask:
    """One document on its way: `persons` are those that fields named, with their other names."""

    salt: bytes
    erased: list[str] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    persons: dict[str, str] = field(default_factory=dict)

    def named(self, value: object, path: str, name: str) -> object:
        """Without what fields of that name do not show."""
        if isinstance(value, dict):
            return self._fields(value, path)
        if isinstance(value, list | tuple):
            return [self.named(inner, f"{path}/{index}", name) for index, inner in enumerate(value)]
        if isinstance(value, str) and value and (PERSON.search(name) or path.endswith("/principal/id")):
            self.replaced.append(path)
            other = hmac.digest(self.salt, value.encode(errors="replace"), "sha256").hex()[:12]
            return self.persons.setdefault(value, f"person-{other}")
        return value

    def _fields(self, value: dict[Any, Any], path: str) -> Json:
        kept = {}
        for key, inner in value.items():
            pointer = f"{path}/{_token(key)}"
            if inner not in (None, "") and (SECRET.search(str(key)) or FREE.search(str(key))):
                self.erased.append(pointer)
            else:
                kept[key] = self.named(inner, pointer, str(key))
        return kept

    def unnamed(self, value: object, path: str) -> object:
        """Without the persons in its sentences."""
        if isinstance(value, dict):
            return {key: self.unnamed(inner, f"{path}/{_token(key)}") for key, inner in value.items()}
        if isinstance(value, list):
            return [self.unnamed(inner, f"{path}/{index}") for index, inner in enumerate(value)]
        if not isinstance(value, str) or path in self.replaced:
            return value
        text = value
        for person in sorted((p for p in self.persons if len(p) >= SHORTEST), key=len, reverse=True):
            text = text.replace(person, self.persons[person])
        if text != value:
            self.replaced.append(path)
        return text


def _token(key: object) -> str:
    """A key as JSON pointers write it (RFC 6901)."""
    return str(key).replace("~", "~0").replace("/", "~1")
