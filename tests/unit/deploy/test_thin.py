"""When a request is asked back about, instead of guessed at."""

from __future__ import annotations

from typing import Any

import pytest

from workflow.deploy.thin import check_priceable, open_question
from workflow.model.errors import Unclear
from workflow.model.workload import Workload

HARDWARE = "How many GPUs of which type, or how many vCPUs and how much memory, should each machine have?"


@pytest.mark.parametrize("kind", ["training", "serving"])
def test_a_model_on_unnamed_machines_is_asked_about(kind: Any) -> None:
    with pytest.raises(Unclear) as caught:
        check_priceable(Workload(kind=kind))
    assert (caught.value.code, caught.value.remedy) == ("UNCLEAR", HARDWARE)


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "training", "gpu_count": 1},
        {"kind": "training", "vcpus": 4},
        {"kind": "serving", "memory_gib": 8},
        {"kind": "service"},
        {"kind": "batch"},
        {"kind": "storage"},
    ],
)
def test_what_has_a_size_or_a_common_small_machine_is_priced_as_it_is(fields: dict[str, Any]) -> None:
    assert open_question(Workload(**fields)) is None
