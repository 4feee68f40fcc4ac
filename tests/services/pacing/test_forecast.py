"""The forecast is what the limiter would decide, one message after another."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.pacing.forecast import Line, expected, forecast, usual_call
from services.pacing.limit import Grant, Kind, Limit, Slot, decide
from tests.services.pacing.lane_simulation import at

LIMIT = Limit(10, timedelta(seconds=60), timedelta(seconds=3))
ONE_SECOND = timedelta(seconds=1)

seconds = st.floats(0, 12).map(lambda value: timedelta(seconds=round(value, 3)))
limits = st.builds(
    Limit,
    st.sampled_from([3, 4, 5, 7, 10, 12, 25]),
    st.sampled_from([timedelta(seconds=2), timedelta(seconds=60)]),
    st.sampled_from([timedelta(0), timedelta(seconds=1), timedelta(seconds=3)]),
)


def slot(ended: float, call: timedelta, campaign: bool, answered: bool) -> Slot:
    return Slot(at(ended) - call, at(ended), campaign, answered)


slots = st.lists(st.builds(slot, st.floats(-130, 15), seconds, st.booleans(), st.booleans()), max_size=14)
lines = st.builds(Line, st.integers(0, 90), st.integers(0, 90))


def one_by_one(
    limit: Limit, now: datetime, slots: Sequence[Slot], call: timedelta, line: Line
) -> dict[Kind, list[datetime]]:
    found: dict[Kind, list[datetime]] = {kind: [] for kind in Kind}
    while True:
        decision = decide(
            limit,
            now,
            slots,
            reply_waits=len(found[Kind.REPLY]) < line.replies,
            campaign_waits=len(found[Kind.CAMPAIGN]) < line.campaign,
        )
        if decision is None:
            return found
        if isinstance(decision, Grant):
            found[decision.kind].append(now)
            slots = [each for each in slots if each.ended_at > now - limit.memory]
            slots.append(Slot(now, now + call, decision.kind is Kind.CAMPAIGN))
            now += call
        else:
            now = decision.until


@settings(max_examples=150, deadline=None)
@given(limit=limits, slots=slots, call=seconds, line=lines)
def test_a_forecast_is_what_the_limiter_decides_one_by_one(
    limit: Limit, slots: list[Slot], call: timedelta, line: Line
) -> None:
    found = forecast(limit, at(0), slots, call, line)

    for kind, moments in one_by_one(limit, at(0), slots, call, line).items():
        assert [found.at(kind, place) for place in range(found.count(kind))] == moments


@pytest.mark.parametrize(
    ("line", "call", "kind", "place", "moment"),
    [
        # Ten in a burst, and each of the next when the call ten before it has been over for a window.
        (Line(10_000, 0), 1, Kind.REPLY, 9, 36),
        (Line(10_000, 0), 1, Kind.REPLY, 10, 61.25),
        (Line(10_000, 0), 1, Kind.REPLY, 9_999, 999 * 61.25 + 36),
        # A campaign alone: a step of 7.5 s, but no more than eight in a window.
        (Line(0, 10_000), 1, Kind.CAMPAIGN, 7, 52.5),
        (Line(0, 10_000), 1, Kind.CAMPAIGN, 8, 61.25),
        (Line(0, 10_000), 1, Kind.CAMPAIGN, 9_999, 1_249 * 61.25 + 52.5),
        # Slow calls decide themselves: call and gap.
        (Line(10_000, 0), 6, Kind.REPLY, 9_999, 9_999 * 9),
    ],
)
def test_ten_thousand_messages(line: Line, call: float, kind: Kind, place: int, moment: float) -> None:
    found = forecast(LIMIT, at(0), [], timedelta(seconds=call), line)

    assert found.at(kind, place) == at(moment)
    assert found.count(kind) == line.of(kind)
    assert (found.first, found.last) == (at(0), found.at(kind, line.of(kind) - 1))


def test_a_campaign_has_one_slot_of_ten_while_replies_wait() -> None:
    found = forecast(LIMIT, at(0), [], ONE_SECOND, Line(900, 1_000))

    replies_end = found.at(Kind.REPLY, 899)
    beside = found.place_from(Kind.CAMPAIGN, replies_end)
    assert 98 <= beside <= 101
    # Then it goes alone.
    alone = found.at(Kind.CAMPAIGN, 999) - found.at(Kind.CAMPAIGN, beside)
    assert abs(alone / timedelta(seconds=61.25 / 8) - (999 - beside)) < 8


def test_nobody_waits() -> None:
    found = forecast(LIMIT, at(0), [], ONE_SECOND, Line(0, 0))

    assert (found.first, found.last, found.count(Kind.REPLY)) == (None, None, 0)
    with pytest.raises(IndexError):
        found.at(Kind.REPLY, 0)


@settings(max_examples=100, deadline=None)
@given(slots=slots, call=seconds, line=lines, moment=st.floats(0, 900), kind=st.sampled_from(Kind))
def test_the_first_place_from_a_moment_on(
    slots: list[Slot], call: timedelta, line: Line, moment: float, kind: Kind
) -> None:
    found = forecast(LIMIT, at(0), slots, call, line)

    place = found.place_from(kind, at(moment))

    assert place == found.count(kind) or found.at(kind, place) >= at(moment)
    assert place == 0 or found.at(kind, place - 1) < at(moment)


@pytest.mark.parametrize(
    ("slot", "end"),
    [
        (Slot(at(-5), at(-4), campaign=False), -4),
        (Slot(at(-0.5), at(14.5), campaign=False, answered=False), 1.5),
        (Slot(at(-9), at(6), campaign=False, answered=False), 0),
        (Slot(at(-16), at(-1), campaign=False, answered=False), -1),
    ],
)
def test_a_call_under_way_ends_as_calls_do_and_not_with_its_lease(slot: Slot, end: float) -> None:
    [found] = expected([slot], at(0), timedelta(seconds=2))

    assert found.ended_at == at(end)
    # What outlived its lease is counted as the limiter counts it.
    assert found.answered == (slot.answered or slot.ended_at > at(0))


def test_the_usual_call_is_the_mean_of_the_last_ones() -> None:
    assert usual_call(LIMIT, [timedelta(seconds=1), timedelta(seconds=4)]) == timedelta(seconds=2.5)
    assert usual_call(LIMIT, []) == ONE_SECOND
