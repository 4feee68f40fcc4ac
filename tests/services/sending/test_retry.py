from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.platforms.interface import AccountStopped, Answer, NotSent, Refused, Sent, Unknown
from services.sending.retry import Again, Done, GiveUp, LeaveUnknown, Step, Turn, next_step, pause_of_account


def again(seconds: float, reason: str = "busy", **values: Any) -> Again:
    return Again(timedelta(seconds=seconds), reason, **{"counted": True} | values)


def busy(retry_after: float | None = None, *, counts: bool = True) -> NotSent:
    return NotSent("busy", retry_after, counts=counts)


def unproven(reason: str | None, seconds: float = 0, *, repeat: bool = True) -> LeaveUnknown:
    return LeaveUnknown(reason, repeat, timedelta(seconds=seconds))


NO_ANSWER = Unknown("it took too long")
MISMATCH = Unknown("the key was used", may_repeat=False)
REFUSAL = Refused("no such fan")
STOPPED = AccountStopped("INVALID_CREDENTIALS", "401")
REPEAT_REFUSED = "It may have arrived; a repeat was refused: no such fan"


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
        (busy(12, counts=False), 0, again(12, counted=False)),
        (busy(12, counts=False), 9, again(12, counted=False)),
        (busy(0, counts=False), 0, again(0, counted=False)),
        (busy(counts=False), 0, again(30, counted=False)),
        (REFUSAL, 0, GiveUp("no such fan")),
        (STOPPED, 0, again(0, "401", counted=False)),
        (AccountStopped("DEGRADED", "402"), 9, again(0, "402", counted=False)),
        (NO_ANSWER, 0, unproven("it took too long")),
        (NO_ANSWER, 9, unproven("it took too long")),
        (MISMATCH, 0, unproven("the key was used", repeat=False)),
    ],
)
def test_what_becomes_of_a_message(answer: Answer, failures: int, step: Step) -> None:
    assert next_step(answer, failures) == step


@pytest.mark.parametrize(
    ("answer", "step"),
    [
        # The platform gives its first answer again: the one proof of delivery.
        (Sent("m1"), Done("m1")),
        (Sent(None), Done(None)),
        # Nothing is known that was not known before.
        (NO_ANSWER, unproven("it took too long")),
        # These sent nothing now. The first call may have; it may even be the one that is answered for (`not_sent`).
        (busy(), unproven(None)),
        (busy(7.5), unproven(None, 7.5)),
        (busy(12, counts=False), unproven(None, 12)),
        (busy(counts=False), unproven(None, 30)),
        (STOPPED, unproven(None)),
        # The platform will not answer for this key: to ask again brings nothing.
        (MISMATCH, unproven("the key was used", repeat=False)),
        (REFUSAL, unproven(REPEAT_REFUSED, repeat=False)),
    ],
)
@pytest.mark.parametrize("failures", [0, 3])
def test_what_a_repeat_proves(answer: Answer, step: Step, failures: int) -> None:
    assert next_step(answer, failures, Turn.REPEAT) == step


@pytest.mark.parametrize(
    ("answer", "failures", "step"),
    [
        (Sent("m1"), 0, Done("m1")),
        (NO_ANSWER, 0, unproven("it took too long")),
        (MISMATCH, 0, unproven("the key was used", repeat=False)),
        # A person waits for it: it is tried as any other, but never with a new key, and is never called failed.
        (busy(), 2, again(4, new_key=False)),
        (busy(), 3, unproven("busy")),
        (busy(12, counts=False), 9, again(12, counted=False, new_key=False)),
        (STOPPED, 0, again(0, "401", counted=False, new_key=False)),
        (REFUSAL, 0, unproven(REPEAT_REFUSED, repeat=False)),
    ],
)
def test_what_becomes_of_a_message_that_was_sent_again_by_hand(answer: Answer, failures: int, step: Step) -> None:
    assert next_step(answer, failures, Turn.BY_HAND) == step


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (busy(12, counts=False), 12),
        (busy(counts=False), 30),
        (busy(0, counts=False), 0),
        (busy(12), None),
        (NO_ANSWER, None),
        (STOPPED, None),
        (Sent(None), None),
    ],
)
def test_only_429_holds_the_whole_account(answer: Answer, seconds: float | None) -> None:
    assert pause_of_account(answer) == (None if seconds is None else timedelta(seconds=seconds))


@given(st.lists(st.none() | st.floats(0, 3600), min_size=4, max_size=8))
def test_what_was_certainly_not_sent_is_tried_four_times_and_never_sooner_than_asked(
    asked: list[float | None],
) -> None:
    steps = [next_step(busy(retry_after), failures) for failures, retry_after in enumerate(asked)]

    assert [isinstance(step, Again) for step in steps] == [True] * 3 + [False] * (len(asked) - 3)
    for step, least, retry_after in zip(steps[:3], (1, 2, 4), asked, strict=False):
        assert isinstance(step, Again)
        assert step.wait == timedelta(seconds=max(least, retry_after or 0))


ANSWERS = st.one_of(
    st.builds(Sent, st.none() | st.just("m1")),
    st.builds(NotSent, st.just("busy"), st.none() | st.floats(0, 3600), st.booleans()),
    st.just(REFUSAL),
    st.just(STOPPED),
    st.builds(Unknown, st.just("why"), st.booleans()),
)


@given(ANSWERS, st.integers(0, 9), st.sampled_from([Turn.REPEAT, Turn.BY_HAND]))
def test_what_may_have_arrived_keeps_its_key_and_is_never_called_failed(
    answer: Answer, failures: int, turn: Turn
) -> None:
    step = next_step(answer, failures, turn)

    assert isinstance(step, Done) is isinstance(answer, Sent)
    assert not isinstance(step, GiveUp)
    assert not (isinstance(step, Again) and (step.new_key or turn is Turn.REPEAT))
