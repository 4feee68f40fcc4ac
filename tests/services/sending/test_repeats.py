from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.sending.repeats import CAMPAIGN_WINDOW, READ_BACK_PAUSES, REPLY_WINDOW, Look, next_look, window

FIRST = datetime(2026, 11, 25, 12, tzinfo=UTC)
UNTIL = {False: FIRST + REPLY_WINDOW, True: FIRST + CAMPAIGN_WINDOW}


def after(seconds: float) -> datetime:
    return FIRST + timedelta(seconds=seconds)


def look(seconds: float, of_campaign: bool = False, *, repeat: bool = True, wait: float = 0) -> Look:
    """So many seconds after the first dispatch of the key."""
    until = UNTIL[of_campaign]
    return next_look(after(seconds), until, 0, of_campaign=of_campaign, repeat=repeat, wait=timedelta(seconds=wait))


def test_a_reply_is_repeated_for_two_minutes_and_a_message_of_a_campaign_for_ten() -> None:
    assert (window(of_campaign=False), window(of_campaign=True)) == (timedelta(minutes=2), timedelta(minutes=10))


@pytest.mark.parametrize(
    ("seconds", "of_campaign", "wait", "at"),
    [
        (0.1, False, 0, 3.1),
        (10, False, 0, 20),
        (59, False, 0, 118),
        (10, False, 35, 45),
        (1, True, 0, 4),
        (299, True, 0, 598),
        (30, True, 500, 530),
    ],
)
def test_each_pause_is_as_long_as_it_has_been_unknown(
    seconds: float, of_campaign: bool, wait: float, at: float
) -> None:
    assert look(seconds, of_campaign, wait=wait) == Look(after(at), UNTIL[of_campaign])


@pytest.mark.parametrize(
    ("seconds", "of_campaign", "repeat", "wait"),
    [
        (60, False, True, 0),
        (118, False, True, 0),
        (5, False, True, 116),
        (5, False, False, 0),
        (300, True, True, 0),
        (300, True, False, 0),
    ],
)
def test_once_no_repeat_fits_the_chat_is_looked_into(
    seconds: float, of_campaign: bool, repeat: bool, wait: float
) -> None:
    assert look(seconds, of_campaign, repeat=repeat, wait=wait) == Look(after(seconds + 5), after(seconds))


def test_the_time_of_repeats_is_never_stretched() -> None:
    assert look(500) == Look(after(505), UNTIL[False])


def test_a_platform_without_keys_is_looked_at_and_never_repeated() -> None:
    found = next_look(after(1), None, 0, of_campaign=False, repeat=True)

    assert found == Look(after(6), None)


def test_it_is_looked_for_four_times_and_then_left_to_a_person() -> None:
    looks = [next_look(after(1), None, done, of_campaign=True, repeat=True).at for done in range(6)]

    assert looks == [after(1) + pause for pause in READ_BACK_PAUSES] + [None, None]


@given(st.booleans(), st.lists(st.floats(0, 12), max_size=60), st.lists(st.floats(0, 700), max_size=60))
def test_repeats_keep_to_their_time_and_their_pauses_grow(
    of_campaign: bool, calls: list[float], asked: list[float]
) -> None:
    """`calls`: how long each call takes; `asked`: how long the platform asks to wait after it."""
    now, until, pauses = FIRST, UNTIL[of_campaign], []
    for call, wait in zip(calls, asked, strict=False):
        now += timedelta(seconds=call)
        found = next_look(now, until, 0, of_campaign=of_campaign, repeat=True, wait=timedelta(seconds=wait))
        assert found.at is not None
        if found.repeat_until is None or found.at >= found.repeat_until:
            break
        assert found.at < FIRST + window(of_campaign=of_campaign)
        assert found.repeat_until == until
        assert found.at - now >= max(timedelta(seconds=3), timedelta(seconds=wait), now - FIRST)
        pauses.append(found.at - now)
        now = found.at
    assert len(pauses) <= (6 if not of_campaign else 8)
