"""A cache of a second, with the moment at which each value began to be made."""

from __future__ import annotations

from collections import OrderedDict
from typing import Generic, NamedTuple, TypeVar

from services.runtime.clock import Clock

FRESH_SECONDS = 1.0
"""What is shown is as it was at most so long before."""

KeyT = TypeVar("KeyT")
ValueT = TypeVar("ValueT")


class Dated(NamedTuple, Generic[ValueT]):
    """`begun`: by a monotonic clock; what the value holds was read at that moment or later."""

    begun: float
    value: ValueT


class Fresh(Generic[KeyT, ValueT]):
    """Holds no more than what was made within a second."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: OrderedDict[KeyT, Dated[ValueT]] = OrderedDict()

    def get(self, key: KeyT, not_before: float) -> Dated[ValueT] | None:
        """None where it was begun too long ago, or before `not_before`."""
        found = self._kept.get(key)
        return found if found is not None and self.is_fresh(found.begun, not_before) else None

    def is_fresh(self, begun: float, not_before: float) -> bool:
        return begun >= max(not_before, self._clock.monotonic() - FRESH_SECONDS)

    def put(self, key: KeyT, begun: float, value: ValueT) -> Dated[ValueT]:
        kept = self._kept[key] = Dated(begun, value)
        self._kept.move_to_end(key)
        while next(iter(self._kept.values())).begun < begun - FRESH_SECONDS:
            self._kept.popitem(last=False)
        return kept

    def drop(self, key: KeyT) -> None:
        self._kept.pop(key, None)
