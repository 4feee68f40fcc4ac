from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.runtime.sqs import Entry
from services.sending.batching import MAX_BATCH_BYTES, MAX_ENTRIES, entry_bytes, split


def entry(body: str, number: int = 0) -> Entry:
    return Entry(id=str(number), body=body, attributes={}, group_id="g")


def test_bytes_are_counted_as_sqs_counts_them() -> None:
    counted = Entry(id="ignored", body="é", attributes={"type": "check", "priority": 10}, group_id="ignored")
    assert entry_bytes(counted) == 2 + len("type" + "String" + "check") + len("priority" + "Number" + "10")


def test_a_batch_may_be_exactly_full() -> None:
    half = MAX_BATCH_BYTES // 2
    full = [entry("x" * half), entry("x" * half)]
    assert split(full).batches == (tuple(full),)
    assert [len(batch) for batch in split([*full, entry("x")]).batches] == [2, 1]


def test_an_entry_of_the_limit_fits_and_one_byte_more_does_not() -> None:
    largest, too_large = entry("x" * MAX_BATCH_BYTES), entry("x" * (MAX_BATCH_BYTES + 1))
    parts = split([too_large, largest])
    assert parts.batches == ((largest,),)
    assert parts.oversized == (too_large,)


def test_nothing_makes_no_batch() -> None:
    assert split([]).batches == ()


sizes = st.integers(1, 2000) | st.integers(1, MAX_BATCH_BYTES + 2)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=50)
@given(st.lists(sizes, max_size=40))
def test_every_entry_is_in_one_place_in_order_and_no_batch_breaks_a_limit(sizes: list[int]) -> None:
    entries = [entry("x" * size, number) for number, size in enumerate(sizes)]
    parts = split(entries)
    for batch in parts.batches:
        assert 1 <= len(batch) <= MAX_ENTRIES
        assert sum(map(entry_bytes, batch)) <= MAX_BATCH_BYTES
    assert [one for batch in parts.batches for one in batch] == [
        one for one in entries if entry_bytes(one) <= MAX_BATCH_BYTES
    ]
    assert list(parts.oversized) == [one for one in entries if entry_bytes(one) > MAX_BATCH_BYTES]


@given(st.lists(st.integers(1, 1000), min_size=1, max_size=100))
def test_small_entries_need_as_few_batches_as_possible(sizes: list[int]) -> None:
    entries = [entry("x" * size, number) for number, size in enumerate(sizes)]
    assert len(split(entries).batches) == -(-len(entries) // MAX_ENTRIES)
