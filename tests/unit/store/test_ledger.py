"""Whatever is done to a ledger by hand is found, and the row is named."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC

from hypothesis import given
from hypothesis import strategies as st

from workflow.model.ports import Event
from workflow.store.ledger import GENESIS, Head, Line, Verification, entry, link, plain
from workflow.store.ledger import verify as verify_pages

names = st.text(st.characters(codec="utf-8"), max_size=8)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | names,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=6,
)
events = st.builds(
    Event,
    run=names,
    tenant=names,
    kind=names,
    body=st.dictionaries(names, json_values, max_size=3),
    at=st.datetimes(timezones=st.just(UTC)),
)


def chained(written: list[Event]) -> tuple[list[Line], Head]:
    """The events as a ledger, with its head."""
    lines, head = [], Head(0, GENESIS)
    for event in written:
        lines.append(link(head, plain(event)))
        head = Head(lines[-1].seq, lines[-1].hash)
    return lines, head


ledgers = st.lists(events, min_size=1, max_size=6).map(chained)
longer_ledgers = st.lists(events, min_size=3, max_size=6).map(chained)


def verify(lines: list[Line], head: Head | None) -> Verification:
    """Proved two lines at a time."""

    async def pages() -> AsyncIterator[list[Line]]:
        for start in range(0, len(lines), 2):
            yield lines[start : start + 2]

    return asyncio.run(verify_pages(pages(), head, Head(0, GENESIS)))


def found(lines: list[Line], head: Head | None) -> int | None:
    """The row that is named."""
    finding = verify(lines, head).finding
    assert finding is None or str(finding.seq) in finding.reason
    return None if finding is None else finding.seq


@given(ledgers)
def test_an_untouched_ledger_holds(ledger: tuple[list[Line], Head]) -> None:
    lines, head = ledger
    assert verify(lines, head) == Verification(entries=len(lines), head=lines[-1].hash)


def test_an_empty_ledger_holds() -> None:
    assert verify([], Head(0, GENESIS)) == Verification(entries=0, head=GENESIS)


@given(events)
def test_an_entry_keeps_its_event(event: Event) -> None:
    kept = entry(link(Head(0, GENESIS), plain(event)))
    assert (kept.seq, kept.previous, kept.event) == (1, GENESIS, event)
    assert link(Head(0, GENESIS), plain(kept.event)).hash == kept.hash


@given(st.data(), ledgers)
def test_any_flipped_bit_of_any_column_is_found_in_its_row(
    data: st.DataObject, ledger: tuple[list[Line], Head]
) -> None:
    lines, head = ledger
    number = data.draw(st.integers(0, len(lines) - 1))
    column = data.draw(st.sampled_from([name for name in Line._fields[1:] if getattr(lines[number], name)]))
    raw = bytearray(getattr(lines[number], column).encode())
    bit = data.draw(st.integers(0, len(raw) * 8 - 1))
    raw[bit // 8] ^= 1 << bit % 8
    lines[number] = lines[number]._replace(**{column: raw.decode("utf-8", "surrogateescape")})
    assert found(lines, head) == number + 1


@given(st.data(), ledgers, st.sampled_from(Line._fields[1:]), names | st.binary() | st.none() | st.integers())
def test_any_other_value_in_any_column_is_found_in_its_row(
    data: st.DataObject, ledger: tuple[list[Line], Head], column: str, value: object
) -> None:
    lines, head = ledger
    number = data.draw(st.integers(0, len(lines) - 1))
    if getattr(lines[number], column) != value:
        lines[number] = lines[number]._replace(**{column: value})
        assert found(lines, head) == number + 1


@given(st.data(), ledgers)
def test_the_same_body_spelt_otherwise_is_found(data: st.DataObject, ledger: tuple[list[Line], Head]) -> None:
    lines, head = ledger
    number = data.draw(st.integers(0, len(lines) - 1))
    lines[number] = lines[number]._replace(body=lines[number].body + " ")
    assert found(lines, head) == number + 1


@given(st.data(), ledgers)
def test_a_removed_row_is_named(data: st.DataObject, ledger: tuple[list[Line], Head]) -> None:
    lines, head = ledger
    first = data.draw(st.integers(0, len(lines) - 1))
    del lines[first : data.draw(st.integers(first + 1, len(lines)))]
    assert found(lines, head) == first + 1


@given(st.data(), longer_ledgers)
def test_swapped_rows_are_found_at_the_first_of_them(data: st.DataObject, ledger: tuple[list[Line], Head]) -> None:
    lines, head = ledger
    one, other = sorted(data.draw(st.sets(st.integers(0, len(lines) - 1), min_size=2, max_size=2)))
    lines[one], lines[other] = lines[other]._replace(seq=one + 1), lines[one]._replace(seq=other + 1)
    assert found(lines, head) == one + 1


@given(st.data(), ledgers, events)
def test_an_inserted_row_is_found_even_where_it_is_well_made(
    data: st.DataObject, ledger: tuple[list[Line], Head], event: Event
) -> None:
    lines, head = ledger
    number = data.draw(st.integers(0, len(lines)))
    before = Head(number, lines[number - 1].hash if number else GENESIS)
    moved = [line._replace(seq=line.seq + 1) for line in lines[number:]]
    assert found([*lines[:number], link(before, plain(event)), *moved], head) == (number + 2 if moved else number + 1)


@given(st.data(), ledgers, events)
def test_a_row_that_was_forged_with_its_hash_is_found_where_the_next_does_not_follow(
    data: st.DataObject, ledger: tuple[list[Line], Head], event: Event
) -> None:
    lines, head = ledger
    number = data.draw(st.integers(0, len(lines) - 1))
    forged = link(Head(number, lines[number].previous), plain(event))
    if forged != lines[number]:
        lines[number] = forged
        assert found(lines, head) == (number + 2 if number + 1 < len(lines) else number + 1)


@given(ledgers, st.integers(max_value=0))
def test_a_row_before_the_first_is_found(ledger: tuple[list[Line], Head], seq: int) -> None:
    lines, head = ledger
    assert found([lines[0]._replace(seq=seq), *lines], head) == seq


@given(ledgers)
def test_a_head_that_was_moved_or_taken_away_is_found(ledger: tuple[list[Line], Head]) -> None:
    lines, head = ledger
    assert found(lines, None) == head.seq
    assert found(lines, Head(head.seq - 1, lines[-1].previous)) == head.seq
    assert found(lines, Head(head.seq + 1, head.hash)) == head.seq + 1
    assert found(lines, Head(head.seq, GENESIS)) == head.seq
