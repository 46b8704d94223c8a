"""Where a resource stands in Azure Resource Manager's tree."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.local.azure.address import Address, parse
from infra.local.azure.refusal import Refusal

WORD = st.text("abcXYZ019-", min_size=1, max_size=8)


@given(subscription=WORD, group=WORD, provider=WORD, pairs=st.lists(st.tuples(WORD, WORD), min_size=1, max_size=3))
def test_an_address_is_what_its_id_says(
    subscription: str, group: str, provider: str, pairs: list[tuple[str, str]]
) -> None:
    types, names = zip(*pairs, strict=True)
    address = Address(subscription, group, provider, types, names)
    assert parse(address.id) == address
    assert parse(address.id.upper()).key == address.key
    assert (address.open, address.name) == (False, names[-1])


def test_a_type_at_the_end_is_a_collection_of_what_stands_before_it() -> None:
    collection = parse("/subscriptions/s/resourceGroups/g/providers/P/a/one/b")
    assert (collection.open, collection.type, collection.shape) == (True, "P/a/b", "p/a/b")
    assert collection.parent == Address("s", "g", "P", ("a",), ("one",))


@pytest.mark.parametrize("path", ["/", "/subscriptions", "/tenants/t", "/providers/P/a/one"])
def test_what_is_under_no_subscription_is_nothing(path: str) -> None:
    with pytest.raises(Refusal) as refused:
        parse(path)
    assert refused.value.status == 404
