from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.platforms.interface import AccountStopped, Answer, NotSent, Refused, Sent, Unknown
from services.sending.retry import Again, Done, GiveUp, LeaveUnknown, Step, StopAccount, next_step


def again(seconds: float, **values: bool) -> Again:
    return Again(timedelta(seconds=seconds), "busy", **{"counted": True} | values)


def busy(retry_after: float | None = None, *, counts: bool = True) -> NotSent:
    return NotSent("busy", retry_after, counts=counts)


@pytest.mark.parametrize(
    ("answer", "failures", "step"),
    [
        (Sent("m1"), 0, Done("m1")),
        (Sent(None), 3, Done(None)),
        (busy(), 0, again(1)),
        (busy(), 1, again(2)),
        (busy(), 2, again(4)),
        (busy(), 3, GiveUp("busy")),
        (busy(), 9, GiveUp("busy")),
        (busy(0.2), 0, again(1)),
        (busy(7.5), 0, again(7.5)),
        (busy(3), 2, again(4)),
        (busy(7.5), 3, GiveUp("busy")),
        (busy(12, counts=False), 0, again(12, counted=False, whole_account=True)),
        (busy(12, counts=False), 9, again(12, counted=False, whole_account=True)),
        (busy(0, counts=False), 0, again(0, counted=False, whole_account=True)),
        (busy(counts=False), 0, again(30, counted=False, whole_account=True)),
        (Refused("no such fan"), 0, GiveUp("no such fan")),
        (AccountStopped("INVALID_CREDENTIALS", "401"), 0, StopAccount("INVALID_CREDENTIALS", "401")),
        (AccountStopped("DEGRADED", "402"), 9, StopAccount("DEGRADED", "402")),
        (Unknown("it took too long"), 0, LeaveUnknown("it took too long")),
        (Unknown("it took too long"), 9, LeaveUnknown("it took too long")),
    ],
)
def test_what_becomes_of_a_message(answer: Answer, failures: int, step: Step) -> None:
    assert next_step(answer, failures) == step


@given(st.lists(st.none() | st.floats(0, 3600), min_size=4, max_size=8))
def test_what_was_certainly_not_sent_is_tried_four_times_and_never_sooner_than_asked(
    asked: list[float | None],
) -> None:
    steps = [next_step(busy(retry_after), failures) for failures, retry_after in enumerate(asked)]

    assert [isinstance(step, Again) for step in steps] == [True] * 3 + [False] * (len(asked) - 3)
    for step, least, retry_after in zip(steps[:3], (1, 2, 4), asked, strict=False):
        assert isinstance(step, Again)
        assert step.wait == timedelta(seconds=max(least, retry_after or 0))
