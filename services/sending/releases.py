"""Messages that are held back, put together by when they may go. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from db.queries.line_places import Place


@dataclass(frozen=True, slots=True)
class Release:
    """Messages that go one right behind the other, from the moment on at which the first of them may."""

    begins_at: datetime
    places: list[Place]


def releases(held: Iterable[Place], step: timedelta) -> list[Release]:
    """In the order of time; within one, who may go sooner, then whose turn is earlier. `step`: from one to the next."""
    found: list[Release] = []
    free_at: datetime | None = None
    for ready_at, _, place in sorted(
        ((each.ready_at, each.turn, each) for each in held if each.ready_at is not None), key=lambda each: each[:2]
    ):
        if free_at is None or ready_at > free_at:
            found.append(Release(ready_at, []))
            free_at = ready_at
        found[-1].places.append(place)
        free_at += step
    return found
