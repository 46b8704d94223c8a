"""Whether a Workload says too little to be priced."""

from __future__ import annotations

from workflow.model.errors import Unclear
from workflow.model.workload import Workload

_MODEL_WORK = {"training": "trained", "serving": "served"}


def check_priceable(work: Workload) -> None:
    """Raises Unclear, with the one question to ask, where machines that would do differ a hundredfold in price.

    That is so for models: they run on one CPU or on eight H200s, and nothing but the text can say which. Other work has
    a common small machine to begin with, and storage is paid by use, so they are not asked about.
    """
    if work.kind in _MODEL_WORK and not (work.gpu_count or work.vcpus or work.memory_gib):
        raise Unclear(
            f"A model is to be {_MODEL_WORK[work.kind]}, but the request does not say on what.",
            "How many GPUs of which type, or how many vCPUs and how much memory, should each machine have?",
        )


def open_question(work: Workload) -> str | None:
    """The question of `check_priceable`; None where there is none."""
    try:
        check_priceable(work)
    except Unclear as unclear:
        return unclear.remedy
    return None
