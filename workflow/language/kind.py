"""What the work is: training, serving, batch, service or storage."""

from __future__ import annotations

import re
from typing import Literal

from workflow.language import sizes
from workflow.language.deeds import DEED, PILE
from workflow.language.kinds import BATCH, BUCKET, JOB, SERVICE, WANT
from workflow.language.machines import MACHINE
from workflow.language.modelling import ENGINE, LIVE, MODEL, NOT_TRAINING, OFFLINE, ONLINE, TRAINING

Kind = Literal["training", "serving", "batch", "service", "storage"]

_GPU_MACHINE = re.compile(r"(?:\bgpu|\u00a4) (?:servers?|hosts?|workstations?)\b")
"""A machine, named by its hardware and not by a purpose."""
_COPIES = re.compile(
    r"\b(?:hourly|nightly|daily|weekly|monthly|database|db) (?:backups?|dumps?|snapshots?)\b"
    r"|(?:데이터베이스|디비|db) ?백업"
)
"""What is kept, however often it comes and whatever it comes from."""
_HAVING = re.compile(r"\b(?:with|having|mit|con|avec) (?:\w+ )?$")
"""What has so many bytes is itself no storage."""
_INTO = re.compile(
    r"\b(?:migrat\w+|mov(?:e|ing)|transfer\w*|upload\w*|cop(?:y|ying)|bring\w*) [^.;\n]{0,50}?\b(?:in)?to (?:\w+ ){0,2}"
    r"(?:buckets?|storage|archives?|volumes?)\b"
)
"""Where things are brought: it is the place that is asked for."""


def read(text: str, *, gpu: bool, compute: bool, timed: bool, lasting: bool) -> Kind | None:
    """The kind of work. None where the text names no work that a cloud could do.

    `gpu`, `compute`: a GPU, or CPUs, memory or machines are asked for. `timed`: a length or deadline is given.
    `lasting`: a monthly budget, a latency or endless running speaks for something that stays up.
    """
    text = _GPU_MACHINE.sub(" ", NOT_TRAINING.sub(" ", text))
    if _only_storage(text, gpu=gpu, compute=compute):
        return "storage"
    if TRAINING.search(text):
        return "training"
    if served := _served(text, gpu=gpu):
        return served
    return _batch_or_service(text, timed=timed, lasting=lasting) or _unnamed(
        text, gpu=gpu, compute=compute, timed=timed, lasting=lasting
    )


def _only_storage(text: str, *, gpu: bool, compute: bool) -> bool:
    """Storage is asked for, and nothing that computes."""
    if gpu or compute:
        return False
    if WANT.search(text):
        return True
    text = _INTO.sub("bucket", _COPIES.sub("backup", text))
    bucket = BUCKET.search(text)
    if not bucket:
        return False
    work = [m for rule in (TRAINING, SERVICE, BATCH, ENGINE) if (m := rule.search(text))]
    return all(bucket.start() <= match.start() for match in work)


def _served(text: str, *, gpu: bool) -> Kind | None:
    """A model that answers: online it is serving, over a fixed pile of input it is batch."""
    model = bool(MODEL.search(text))
    if not (model or ENGINE.search(text)):
        return None
    if OFFLINE.search(text) and not ONLINE.search(text):
        return "batch"
    if ENGINE.search(text) or (LIVE.search(text) and (model or gpu)):
        return "serving"
    return None


def _batch_or_service(text: str, *, timed: bool, lasting: bool) -> Kind | None:
    service = SERVICE.search(text)
    batch = BATCH.search(text) or (DEED.search(text) if service and timed else None)
    if not batch and not service:
        return None
    if not (batch and service):
        return "batch" if batch else "service"
    score = 2 * timed + 2 * bool(JOB.search(text)) - 2 * lasting + (1 if batch.start() < service.start() else -1)
    return "batch" if score >= 0 else "service"


def _unnamed(text: str, *, gpu: bool, compute: bool, timed: bool, lasting: bool) -> Kind | None:
    """Work on a pile is batch. No purpose is named: a GPU is taken for training, something timed for batch, a lone
    amount of bytes for storage, and what else costs by the month or answers somebody for a service."""
    if (gpu or compute or timed) and (PILE.search(text) or DEED.search(text)):
        return "batch"
    if gpu:
        return "training"
    if compute or re.search(rf"(?<![a-z]){MACHINE}(?![a-z])", text):
        return "batch" if timed else "service"
    if amounts := sizes.sizes(text):
        return "service" if all(_HAVING.search(text[: size.where[0]]) for size in amounts) else "storage"
    return "service" if lasting else None
