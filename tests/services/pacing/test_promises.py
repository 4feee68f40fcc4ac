"""The limit over time, whatever the calls do: never overrun, all is sent, replies go soon, campaigns have a floor."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.pacing.limit import Kind, Limit
from tests.services.pacing.lane_simulation import Call, Lane, Sending, most_in_a_window, smallest_gap

LIMIT = Limit(10, timedelta(seconds=60), timedelta(seconds=3))
TINY = 1e-6

calls = st.builds(
    Call,
    seconds=st.floats(0, 10, allow_nan=False),
    arrives=st.sampled_from([0.0, 1.0]) | st.floats(0, 1),
    dies=st.sampled_from([False, False, False, True]),
)
# A worker may be frozen, its lease end, the call arrive after that, and its end be recorded later still.
bad_calls = calls | st.builds(Call, seconds=st.just(0.0), arrives=st.floats(0, 1), frozen=st.floats(0, 2))
short_calls = st.builds(Call, seconds=st.floats(0, 2), arrives=st.floats(0, 1))
moments = st.lists(st.floats(0, 240).map(lambda seconds: round(seconds, 3)), max_size=25)
limits = st.builds(
    Limit,
    st.integers(3, 12),
    st.sampled_from([timedelta(seconds=2), timedelta(seconds=60)]),
    st.sampled_from([timedelta(0), timedelta(seconds=1), timedelta(seconds=3)]),
)


def repeated(some: list[Call]) -> Iterator[Call]:
    return itertools.cycle(some)


def of_kind(sent: list[Sending], kind: Kind) -> list[Sending]:
    return [each for each in sent if each.kind is kind]


@settings(max_examples=150, deadline=None)
@given(
    limit=limits,
    some=st.lists(calls, min_size=1, max_size=20),
    replies=moments,
    campaign=moments,
    backlog=st.booleans(),
)
def test_no_rolling_window_ever_holds_more_and_gaps_are_kept(
    limit: Limit, some: list[Call], replies: list[float], campaign: list[float], backlog: bool
) -> None:
    lane = Lane(limit, repeated(some), [*replies, *([0.0] * 30 if backlog else [])], campaign)

    arrivals = [each.arrived for each in lane.run(300)]

    assert most_in_a_window(arrivals, limit.window.total_seconds() - TINY) <= limit.messages
    assert smallest_gap(arrivals) >= limit.min_gap.total_seconds() - TINY


@settings(max_examples=150, deadline=None)
@given(
    limit=limits,
    some=st.lists(bad_calls, min_size=1, max_size=20),
    replies=moments,
    campaign=moments,
    dips=st.lists(st.sampled_from([0.0, 0.0, 1.0]) | st.floats(0, 1), min_size=1, max_size=20),
)
def test_a_clock_that_jumps_back_and_calls_that_outlive_their_lease_never_overrun_the_limit(
    limit: Limit, some: list[Call], replies: list[float], campaign: list[float], dips: list[float]
) -> None:
    """Readings lie behind the time by up to the tolerance, each by another bit."""
    behind = (dip * limit.tolerance.total_seconds() for dip in itertools.cycle(dips))
    lane = Lane(limit, repeated(some), [*replies, *[0.0] * 30], campaign, dips=behind)

    arrivals = [each.arrived for each in lane.run(300)]

    assert most_in_a_window(arrivals, limit.window.total_seconds() - TINY) <= limit.messages


@settings(max_examples=40, deadline=None)
@given(some=st.lists(calls, min_size=1, max_size=10), replies=moments, campaign=moments)
def test_everything_is_sent_in_the_end(some: list[Call], replies: list[float], campaign: list[float]) -> None:
    lane = Lane(LIMIT, repeated(some), list(replies), list(campaign))

    lane.run(3600)

    assert (lane.replies, lane.campaign) == ([], [])
    assert len(lane.sent) == len(replies) + len(campaign)


@settings(max_examples=20, deadline=None)
@given(some=st.lists(short_calls, min_size=1, max_size=10))
@pytest.mark.parametrize(("kind", "a_minute"), [(Kind.REPLY, 9.5), (Kind.CAMPAIGN, 7.5)])
def test_a_backlog_leaves_at_nearly_the_full_rate(kind: Kind, a_minute: float, some: list[Call]) -> None:
    backlog = [0.0] * 200
    lane = Lane(LIMIT, repeated(some), *((backlog, []) if kind is Kind.REPLY else ([], backlog)))

    sent = lane.run(12 * 60)

    assert len(sent) / 12 >= a_minute


@settings(max_examples=25, deadline=None)
@given(
    some=st.lists(short_calls, min_size=1, max_size=10)
    | st.lists(st.builds(Call, seconds=st.floats(0, 10)), min_size=1, max_size=10),
    every=st.sampled_from([0.0, 3.0, 6.0, 6.5, 7.0]),
)
def test_a_campaign_keeps_a_slot_a_minute_under_constant_replies(some: list[Call], every: float) -> None:
    """A minute, and the call that stands before its slot (a slot is held for so much longer than a window).

    Also where calls are so slow that replies never fill the campaign's share of slots.
    """
    lane = Lane(LIMIT, repeated(some), [number * every for number in range(200)], [0.0] * 200)

    sent = lane.run(20 * 60)

    started = [0.0, *(each.started for each in of_kind(sent, Kind.CAMPAIGN))]
    longest_call = max(call.seconds for call in some)
    longest = longest_call + max(60.25, 54 + max(3, every)) + TINY
    assert max(later - earlier for earlier, later in itertools.pairwise(started)) <= longest
    assert len(started) > 20 * 60 // longest


@settings(max_examples=60, deadline=None)
@given(
    some=st.lists(short_calls, min_size=1, max_size=10), offsets=st.lists(st.floats(0, 25), min_size=12, max_size=12)
)
def test_a_reply_during_a_campaign_waits_for_one_call_and_one_gap(some: list[Call], offsets: list[float]) -> None:
    """Up to two replies a minute: one somewhere in the first 25 s of each half."""
    replies = [60 + half * 31 + offset for half, offset in enumerate(offsets)]
    lane = Lane(LIMIT, repeated(some), replies, [0.0] * 200)

    sent = lane.run(10 * 60)

    longest_call = max(call.seconds for call in some)
    waits = [each.waited for each in of_kind(sent, Kind.REPLY)]
    assert len(waits) == len(offsets)
    assert max(waits) <= longest_call + 3 + TINY


@pytest.mark.parametrize(("halves", "longest_call"), [(2, 2.0), (1, 1.5)])
def test_two_replies_a_minute_leave_within_four_seconds_at_p95(halves: int, longest_call: float) -> None:
    """During a campaign; one at any moment of each half minute, or both at any of the minute, one behind the other."""
    waits: list[float] = []
    for seed in range(10):
        random = Random(seed)
        some = (Call(random.uniform(0, longest_call)) for _ in itertools.count())
        length = 60 / halves
        begins = (number * length for number in range(halves, 20 * halves) for _ in range(2 // halves))
        replies = [begin + random.uniform(0, length) for begin in begins]
        sent = Lane(LIMIT, some, replies, [0.0] * 200).run(21 * 60)
        waits += [each.waited for each in of_kind(sent, Kind.REPLY)]

    waits.sort()
    assert len(waits) == 10 * 19 * 2
    assert waits[len(waits) // 2] < 0.5
    assert waits[len(waits) * 95 // 100] <= 4
