"""What people write after `/tollgate`, as what they ask."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.webhooks.port import Cancel, Help, Look, Reply, Say, Start
from functions.webhooks.words import understand

RUN, APPROVAL, DIGEST = "r261129120000-0a1b2c3d", "a261129-0123456789abcdef", "0123456789ab"


@pytest.mark.parametrize(
    ("text", "ask"),
    [
        ("a bucket in Ireland", Start(text="a bucket in Ireland")),
        ("run a bucket in Ireland", Start(text="a bucket in Ireland")),
        ("a bucket --project ml --environment staging", Start(text="a bucket", project="ml", environment="staging")),
        ("a bucket --environment=staging --project=ml", Start(text="a bucket", project="ml", environment="staging")),
        ("a bucket --project a --project b", Start(text="a bucket", project="b")),
        ("status page on a bucket", Start(text="status page on a bucket")),
        ("cancel culture archive on a bucket", Start(text="cancel culture archive on a bucket")),
        (f"status {RUN}", Look(run=RUN)),
        (f"follow {RUN}", Look(run=RUN, follow=True)),
        (f"cancel {RUN} not needed", Cancel(run=RUN, reason="not needed")),
        (f"answer {RUN} 8 GPUs", Reply(run=RUN, text="8 GPUs")),
        (f"approve {APPROVAL} {DIGEST}", Say(approval=APPROVAL, subject=DIGEST, approved=True)),
        (f"Deny {APPROVAL} {DIGEST} dear", Say(approval=APPROVAL, subject=DIGEST, approved=False, reason="dear")),
        ("", Help()),
        ("  help ", Help()),
    ],
)  # fmt: skip
def test_words_are_understood(text: str, ask: object) -> None:
    assert understand(text) == ask


@pytest.mark.parametrize(
    "text", [f"approve {APPROVAL}", f"deny {APPROVAL} 12", "approve", "cancel", "status", f"answer {RUN}"]
)
def test_half_a_command_is_asked_back_about_and_never_a_run(text: str) -> None:
    ask = understand(text)
    assert isinstance(ask, Help)
    assert text.split()[0] in ask.why


@given(st.text(max_size=400))
def test_any_words_are_something(text: str) -> None:
    assert understand(text) == understand(text.strip())
