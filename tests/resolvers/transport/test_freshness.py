from __future__ import annotations

from resolvers.transport.freshness import FRESH_SECONDS, Fresh
from tests.clocks import ManualClock


async def test_a_value_serves_for_a_second() -> None:
    clock = ManualClock()
    fresh: Fresh[str, int] = Fresh(clock)
    fresh.put("a", clock.monotonic(), 1)
    await clock.advance(FRESH_SECONDS)
    assert fresh.get("a", 0) == (0, 1)
    await clock.advance(0.001)
    assert fresh.get("a", 0) is None


async def test_nobody_is_given_what_began_before_what_she_has_seen() -> None:
    clock = ManualClock()
    fresh: Fresh[str, int] = Fresh(clock)
    await clock.advance(5)
    fresh.put("a", 5, 1)
    assert fresh.get("a", 5) == (5, 1)
    assert fresh.get("a", 5.001) is None


async def test_what_is_old_takes_no_room() -> None:
    clock = ManualClock()
    fresh: Fresh[int, int] = Fresh(clock)
    for number in range(100):
        fresh.put(number, clock.monotonic(), number)
        await clock.advance(FRESH_SECONDS / 10)
    assert len(fresh._kept) <= 11


async def test_a_value_can_be_dropped_and_put_again() -> None:
    fresh: Fresh[str, int] = Fresh(ManualClock())
    fresh.put("a", 0, 1)
    fresh.drop("a")
    fresh.drop("a")
    assert fresh.get("a", 0) is None
    fresh.put("a", 0, 2)
    assert fresh.get("a", 0) == (0, 2)
