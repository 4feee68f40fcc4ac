"""`python -m bench.limits`: how many messages reach the platform in a rolling minute under different limiters.

Simulated, no clock and no I/O: one account with an endless backlog after an idle time, calls of 0 to 8 seconds that
arrive at the platform somewhere within the call. The last row runs the product's own decision.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

from services.pacing.limit import Kind, Limit, Slot, SlotLog

MESSAGES, WINDOW, GAP = 10, 60.0, 3.0
LONGEST_CALL, QUICK_CALL = 8.0, 2.0
HORIZON = 1_800.0
RUNS = 50
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
FIRST = WINDOW - 1


@dataclass
class Seen:
    """What a limiter may look at: when calls were granted and when they ended, in seconds."""

    granted: list[float] = field(default_factory=list)
    ended: list[float] = field(default_factory=list)


Next = Callable[[Seen, float], float]
"""The first moment at or after `now` at which one more call is granted."""


def token_bucket(seen: Seen, now: float) -> float:
    """Ten tokens, one more every six seconds."""
    full_at = 0.0
    for moment in seen.granted:
        full_at = max(full_at, moment) + WINDOW / MESSAGES
    return max(now, full_at - WINDOW + WINDOW / MESSAGES)


def fixed_window(seen: Seen, now: float) -> float:
    start = now - now % WINDOW
    return now if sum(moment >= start for moment in seen.granted) < MESSAGES else start + WINDOW


def strict_spacing(seen: Seen, now: float) -> float:
    return max(now, seen.granted[-1] + WINDOW / MESSAGES) if seen.granted else now


def log_of_grants(seen: Seen, now: float) -> float:
    return max(now, seen.granted[-MESSAGES] + WINDOW) if len(seen.granted) >= MESSAGES else now


def forgetful_log(seen: Seen, now: float) -> float:
    """A log of ends that is emptied every ten minutes, as a restarted Redis is."""
    emptied = now - now % 600
    ends = sorted(end for end in seen.ended if end >= emptied)
    return max(now, ends[-MESSAGES] + WINDOW) if len(ends) >= MESSAGES else now


def ours(seen: Seen, now: float) -> float:
    """Slots are held until the call has ended and for one window after it; one call at a time, three seconds apart."""
    limit = Limit(MESSAGES, timedelta(seconds=WINDOW), timedelta(seconds=GAP))
    recent = [(start, end) for start, end in zip(seen.granted, seen.ended, strict=True) if end > now - WINDOW]
    slots = [Slot(_at(start), _at(end), campaign=False) for start, end in recent]
    moment = SlotLog(limit, slots).earliest(Kind.REPLY)
    return now if moment is None else max(now, (moment - EPOCH).total_seconds())


def arrivals(limiter: Next, random: Random, longest_call: float) -> Iterator[float]:
    seen, now = Seen(), FIRST
    while now < HORIZON:
        granted = limiter(seen, now)
        if granted > now:
            now = granted
            continue
        took = random.uniform(0, longest_call)
        seen.granted.append(now)
        seen.ended.append(now + took)
        yield now + random.uniform(0, took)
        if limiter in SERIAL:
            now += took


def most_in_a_window(moments: list[float]) -> int:
    moments.sort()
    first, most = 0, 0
    for last, moment in enumerate(moments):
        while moments[first] <= moment - WINDOW:
            first += 1
        most = max(most, last - first + 1)
    return most


def _at(seconds: float) -> datetime:
    return EPOCH + timedelta(seconds=seconds)


SERIAL = {ours}
LIMITERS: dict[str, Next] = {
    "token bucket, burst 10": token_bucket,
    "fixed window": fixed_window,
    "one every 6 s": strict_spacing,
    "log of the last 10, stamped when granted": log_of_grants,
    "log of the last 10, emptied every 10 min": forgetful_log,
    "slots held until the call ends (ours)": ours,
}


def main() -> None:
    print(f"{RUNS} runs of {HORIZON / 60:.0f} minutes; {MESSAGES} in {WINDOW:.0f} s are allowed\n")
    print(f"{'limiter':<42}{'most in 60 s':>14}{'a minute':>10}{'a minute, calls below 2 s':>27}")
    for name, limiter in LIMITERS.items():
        slow = [list(arrivals(limiter, Random(seed), LONGEST_CALL)) for seed in range(RUNS)]
        quick = [list(arrivals(limiter, Random(seed), QUICK_CALL)) for seed in range(RUNS)]
        rates = [sum(map(len, runs)) / RUNS / (HORIZON - FIRST) * 60 for runs in (slow, quick)]
        print(f"{name:<42}{max(map(most_in_a_window, slow)):>14}{rates[0]:>10.2f}{rates[1]:>27.2f}")


if __name__ == "__main__":
    main()
