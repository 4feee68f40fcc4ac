from __future__ import annotations

from datetime import timedelta

import pytest

from services.pacing.limit import Grant, Kind, Limit, Slot, SlotLog, Wait, decide
from tests.services.pacing.lane_simulation import at

LIMIT = Limit(10, timedelta(seconds=60), timedelta(seconds=3))
REPLY, CAMPAIGN = Kind.REPLY, Kind.CAMPAIGN


def replies(*ended: float) -> list[Slot]:
    return [Slot(at(moment - 1), at(moment), campaign=False) for moment in ended]


def campaign(*started: float, call: float = 1) -> list[Slot]:
    return [Slot(at(moment), at(moment + call), campaign=True) for moment in started]


def unanswered(*lease_ends: float) -> list[Slot]:
    return [Slot(at(moment - 15), at(moment), campaign=False, answered=False) for moment in lease_ends]


def slow(*started: float, call: float) -> list[Slot]:
    return [Slot(at(moment), at(moment + call), campaign=False) for moment in started]


EVERY_FOUR = replies(*range(-38, 0, 4))
SHARE = replies(*range(-30, 0, 4))


@pytest.mark.parametrize(
    ("messages", "share", "step"),
    [(3, 3, 20.0), (4, 4, 15.0), (5, 4, 15.0), (10, 8, 7.5), (100, 80, 0.75)],
)
def test_a_fifth_is_kept_free_of_campaigns(messages: int, share: int, step: float) -> None:
    limit = Limit(messages, timedelta(seconds=60), timedelta(0))

    assert (limit.campaign_share, limit.campaign_step) == (share, timedelta(seconds=step))


def test_attempts_matter_for_two_windows_and_for_the_gap() -> None:
    assert LIMIT.campaign_patience == timedelta(seconds=54)
    assert LIMIT.tolerance == timedelta(seconds=0.25)
    assert LIMIT.memory == timedelta(seconds=120.25)
    assert Limit(10, timedelta(seconds=2), timedelta(seconds=5)).memory == timedelta(seconds=5)


@pytest.mark.parametrize(
    ("slots", "kind", "moment"),
    [
        ([], REPLY, None),
        ([], CAMPAIGN, None),
        (replies(-20), REPLY, -17),
        (replies(-1), REPLY, 2),
        (replies(-20, -1, -9), REPLY, 2),
        (replies(30), REPLY, 33),
        (EVERY_FOUR, REPLY, 22.25),
        ([*EVERY_FOUR, *replies(-50)], REPLY, 22.25),
        (EVERY_FOUR[1:], REPLY, 1),
        (SHARE, CAMPAIGN, 30.25),
        (SHARE[1:], CAMPAIGN, 1),
        (campaign(-5), CAMPAIGN, 2.5),
        (campaign(-5), REPLY, -1),
        (campaign(-5, call=20), CAMPAIGN, 18),
        ([*campaign(-5), *replies(-1)], CAMPAIGN, 2.5),
        ([*campaign(-7), *replies(-1)], CAMPAIGN, 2),
        # Nobody has answered for it: its gap begins with the end of its lease, its slot is held for a second window.
        (unanswered(-10), REPLY, -7),
        ([*unanswered(-70), *EVERY_FOUR[1:]], REPLY, 26.25),
        ([*unanswered(-121), *EVERY_FOUR[1:]], REPLY, 1),
        ([*unanswered(-70), *SHARE[1:]], CAMPAIGN, 34.25),
    ],
)
def test_the_first_moment_that_keeps_the_limit(slots: list[Slot], kind: Kind, moment: float | None) -> None:
    assert SlotLog(LIMIT, slots).earliest(kind) == (None if moment is None else at(moment))


@pytest.mark.parametrize(
    ("slots", "reply", "of_campaign", "expected"),
    [
        ([], False, False, None),
        (replies(-1), False, False, None),
        ([], True, False, Grant(REPLY)),
        ([], False, True, Grant(CAMPAIGN)),
        ([], True, True, Grant(REPLY)),
        (replies(-3), True, False, Grant(REPLY)),
        (replies(-2.9), True, False, Wait(at(0.1))),
        (replies(5), True, True, Wait(at(8))),
        (campaign(-7.5), False, True, Grant(CAMPAIGN)),
        (campaign(-7), False, True, Wait(at(0.5))),
        (campaign(-7), True, True, Grant(REPLY)),
        (SHARE, False, True, Wait(at(30.25))),
        (SHARE, True, False, Wait(at(1))),
        (EVERY_FOUR, True, True, Wait(at(22.25))),
        # Replies have filled the campaign's share for a window: the next slot is the campaign's.
        (replies(*range(-40, -3, 4)), True, True, Wait(at(20.25))),
        (replies(*range(-48, -12, 4)), True, True, Grant(CAMPAIGN)),
        ([*campaign(-53), *replies(*range(-48, -16, 4))], True, True, Grant(REPLY)),
        (replies(*range(-40, -12, 4)), True, True, Grant(REPLY)),
        ([*campaign(-54), *replies(*range(-48, -16, 4))], True, True, Grant(CAMPAIGN)),
        # Slow calls never fill the campaign's share of slots; they fill the time.
        (slow(-60, -50, -40, -30, -20, -10, call=7), True, True, Grant(CAMPAIGN)),
        (slow(-57, -47, -37, -27, -17, call=7), True, True, Grant(CAMPAIGN)),
        (slow(-57, -47, -37, -27, call=7), True, True, Grant(REPLY)),
        ([*campaign(-53), *slow(-50, -40, -30, -20, -10, call=7)], True, True, Grant(REPLY)),
        ([*campaign(-54), *slow(-50, -40, -30, -20, -10, call=7)], True, True, Grant(CAMPAIGN)),
        (slow(-95, call=92), True, True, Grant(CAMPAIGN)),
    ],
)
def test_who_may_send_now(slots: list[Slot], reply: bool, of_campaign: bool, expected: Grant | Wait | None) -> None:
    assert decide(LIMIT, at(0), slots, reply_waits=reply, campaign_waits=of_campaign) == expected
