"""Names and labels on Google Cloud: Google takes them all, and no two tenants share one."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from mcp_handlers.gcp import naming
from mcp_handlers.tools.contract import Tags

WORDS = st.from_regex(r"^[a-z0-9][a-z0-9._@-]{0,62}$", fullmatch=True)
TAGS = Tags(tenant="acme", project="p", run="r", owner="o", environment="staging")


@given(st.text(max_size=80))
def test_every_label_is_one_that_google_takes(value: str) -> None:
    assert re.fullmatch(r"[a-z0-9_-]{0,63}", naming.label(value))


@given(WORDS, WORDS)
def test_different_tenants_have_different_labels(one: str, other: str) -> None:
    assert (naming.label(one) == naming.label(other)) == (one == other)


@given(st.from_regex(r"^[a-z0-9-]{1,63}$", fullmatch=True))
def test_a_plain_word_is_its_own_label(word: str) -> None:
    assert naming.label(word) == word


def test_a_long_and_a_written_out_value_cannot_be_mistaken_for_each_other() -> None:
    long = naming.label("a" * 30 + "@" * 33)

    assert len(long) == 63
    assert naming.label(long) != long


@given(st.text(min_size=1), st.integers(min_value=0, max_value=999))
def test_a_name_fits_instances_disks_and_buckets(key: str, number: int) -> None:
    assert re.fullmatch(r"[a-z][-a-z0-9]{0,61}[a-z0-9]", naming.name(key, number))


def test_names_and_request_ids_are_made_from_the_key_alone() -> None:
    assert naming.name("k") == naming.name("k") != naming.name("l")
    assert len({naming.request_id("k", number, attempt) for number in range(5) for attempt in range(5)}) == 25


def test_an_expiry_is_labelled_in_utc() -> None:
    noon = datetime(2026, 11, 20, 12, 30, tzinfo=timezone(timedelta(hours=2)))

    labels = naming.labels(TAGS.model_copy(update={"expires_at": noon}), "k")
    assert labels["tollgate-expires-at"] == "20261120t103000z"
    assert datetime.strptime("20261120t103000z", "%Y%m%dt%H%M%Sz").replace(tzinfo=UTC) == noon


def test_only_the_tenants_own_labels_are_ours() -> None:
    labels = naming.labels(TAGS, "k")

    assert naming.ours(labels, "acme")
    assert not naming.ours(labels, "acm")
    assert not naming.ours(None, "acme")
    assert not naming.ours({}, "")
    assert naming.made_by(labels, "k", "acme")
    assert not naming.made_by(labels, "l", "acme")
