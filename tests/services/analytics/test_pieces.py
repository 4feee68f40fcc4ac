from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.analytics.pieces import LEAST_PIECES, gathered, shared

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
LENGTHS = st.lists(st.timedeltas(timedelta(microseconds=1), timedelta(days=400)), min_size=1, max_size=400)


@given(LENGTHS)
def test_pieces_cover_every_span_once_and_come_back_to_it(lengths: list[timedelta]) -> None:
    bounds = [BEGIN]
    for length in lengths:
        bounds.append(bounds[-1] + length)
    spans = list(pairwise(bounds))

    one, other = shared(spans)

    assert abs(len(one) - len(other)) <= 1
    assert len(one) + len(other) >= LEAST_PIECES
    for span, pieces in zip(spans, gathered(len(spans), one, other), strict=True):
        assert (pieces[0][0], pieces[-1][1]) == span
        assert all(before[1] == after[0] for before, after in pairwise(pieces))
        assert all(begin <= end for begin, end in pieces)


@pytest.mark.parametrize(("spans", "each"), [(1, 64), (2, 32), (12, 6), (63, 2), (64, 1), (365, 1)])
def test_many_spans_are_not_cut(spans: int, each: int) -> None:
    one, other = shared([(BEGIN, BEGIN + timedelta(days=1))] * spans)

    assert len(one) + len(other) == spans * each


def test_neighbours_go_to_different_counters() -> None:
    one, other = shared([(BEGIN, BEGIN + timedelta(seconds=LEAST_PIECES))])

    assert one[:2] == [(BEGIN, at(1)), (at(2), at(3))]
    assert other[:2] == [(at(1), at(2)), (at(3), at(4))]


def at(seconds: int) -> datetime:
    return BEGIN + timedelta(seconds=seconds)
