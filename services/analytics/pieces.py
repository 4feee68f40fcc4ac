"""Spans of time cut into pieces, of which two counters take every other one, so that both have as much to do. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, pairwise, zip_longest
from typing import TypeVar

from db.queries.revenue import Span

CountT = TypeVar("CountT")

LEAST_PIECES = 64
"""In all: enough that neither counter has the one busy month to itself."""


def shared(spans: Sequence[Span]) -> tuple[list[Span], list[Span]]:
    """The pieces of all spans, in order, dealt out to two."""
    times = _times(len(spans))
    pieces = spans if times == 1 else [piece for span in spans for piece in _cut(span, times)]
    return list(pieces[::2]), list(pieces[1::2])


def gathered(spans: int, one: Sequence[CountT], other: Sequence[CountT]) -> Iterator[list[CountT]]:
    """What two counted of so many spans: for each span what was counted of its pieces."""
    found = list(chain.from_iterable(zip_longest(one, other)))[: len(one) + len(other)]
    times = _times(spans)
    return (found[place * times : (place + 1) * times] for place in range(spans))


def _times(spans: int) -> int:
    """Into how many pieces each of so many spans is cut."""
    return -(-LEAST_PIECES // spans)


def _cut(span: Span, times: int) -> Iterator[Span]:
    begin, end = span
    bounds = [begin + (end - begin) * place / times for place in range(times)] + [end]
    return pairwise(bounds)
