"""What is recorded of a message that may have arrived: by repeats, by a person's second send, by late answers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import update

from db.models import Attempt, Message
from db.queries import attempts
from services.platforms.interface import AccountStopped, Answer, NotSent, Refused, Sent, Unknown
from services.sending.sweep import INTERRUPTED, Sweeper
from tests.services.sending.desk import Desk, a_desk
from tests.stored import transactions, writing

BUSY = NotSent("busy")
SLOWER = NotSent("slower", 40, counts=False)
NO = Refused("no such chat")
STOPPED = AccountStopped("DEGRADED", "no credits")
LATE = Unknown("no answer in time")
NEARLY = timedelta(seconds=8)


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    async with a_desk(database_url) as found:
        yield found


async def next_look_in(desk: Desk) -> timedelta | None:
    present = await desk.message()
    return None if present.not_before is None else present.not_before - await desk.now()


async def assert_next_look(desk: Desk, seconds: float) -> None:
    found = await next_look_in(desk)
    assert found is not None
    assert abs(timedelta(seconds=seconds) - found) < NEARLY


def is_as_it_was(before: Message, after: Message) -> bool:
    """Unknown since the same moment, with the same key and request."""
    kept = ("status", "platform_key", "request", "unknown_since", "finished_at", "failures")
    return all(getattr(before, name) == getattr(after, name) for name in kept)


async def test_an_unknown_outcome_is_shown_with_its_reason_and_repeated(desk: Desk) -> None:
    until = await desk.now() + timedelta(seconds=119)
    await desk.change(repeat_until=until)

    await desk.record(LATE)

    present = await desk.message()
    assert (present.status, present.failure_reason, present.platform_key) == ("UNKNOWN", "no answer in time", "first")
    assert present.repeat_until == until
    assert present.unknown_since is not None
    assert present.finished_at is not None
    await assert_next_look(desk, 3)
    assert await desk.events() == ["UNKNOWN"]


async def test_without_keys_it_is_looked_for_and_not_repeated(desk: Desk) -> None:
    await desk.record(LATE)

    assert (await desk.message()).repeat_until is None
    await assert_next_look(desk, 5)


async def test_where_the_platform_disowns_the_key_nothing_is_repeated(desk: Desk) -> None:
    await desk.change(repeat_until=await desk.now() + timedelta(seconds=119))

    await desk.record(Unknown("the key was used", may_repeat=False))

    present = await desk.message()
    assert present.status == "UNKNOWN"
    assert present.repeat_until is not None
    assert present.repeat_until <= await desk.now()
    await assert_next_look(desk, 5)


async def test_a_repeat_that_is_answered_proves_the_message(desk: Desk) -> None:
    repeat = await desk.repeated()

    await desk.record(Sent("p1"), repeat)

    present = await desk.message()
    assert (present.status, present.platform_message_id, present.failure_reason) == ("SENT", "p1", None)
    assert present.not_before is None
    assert await desk.events() == ["UNKNOWN", "SENT"]
    # Which of the two brought it nobody can say; the first one's record stays what it is.
    assert await desk.outcome(desk.claim.attempt.id) == "UNKNOWN"
    assert await desk.outcome(repeat.attempt.id) == "SENT"


@pytest.mark.parametrize(
    ("answer", "outcome", "reason"),
    [
        (LATE, "UNKNOWN", "no answer in time"),
        (Unknown("HTTP 500"), "UNKNOWN", "HTTP 500"),
        (BUSY, "NOT_SENT", "no answer in time"),
        (SLOWER, "NOT_SENT", "no answer in time"),
        (STOPPED, "NOT_SENT", "no answer in time"),
        (NO, "REFUSED", "It may have arrived; a repeat was refused: no such chat"),
    ],
)
async def test_any_other_answer_leaves_it_unknown(desk: Desk, answer: Answer, outcome: str, reason: str) -> None:
    repeat = await desk.repeated()
    before = await desk.message()

    await desk.record(answer, repeat)

    after = await desk.message()
    assert is_as_it_was(before, after)
    assert after.failure_reason == reason
    assert await desk.outcome(repeat.attempt.id) == outcome
    assert await desk.events() == ["UNKNOWN", "UNKNOWN"] + ([None] if answer is STOPPED else [])


@pytest.mark.parametrize(("answer", "seconds"), [(LATE, 20), (BUSY, 20), (STOPPED, 20), (NotSent("busy", 30), 30)])
async def test_the_next_repeat_comes_after_a_longer_pause(desk: Desk, answer: Answer, seconds: float) -> None:
    repeat = await desk.repeated(seconds_left=100)

    await desk.record(answer, repeat)

    await assert_next_look(desk, seconds)


async def test_429_holds_the_account_and_the_message(desk: Desk) -> None:
    repeat = await desk.repeated(seconds_left=100)

    await desk.record(SLOWER, repeat)

    lane, now = await desk.lane(), await desk.now()
    for moment in (lane.blocked_until, lane.due_at):
        assert moment is not None
        assert timedelta(seconds=30) < moment - now <= timedelta(seconds=40)
    await assert_next_look(desk, 40)


async def test_where_it_has_to_wait_past_its_time_it_is_read_back(desk: Desk) -> None:
    repeat = await desk.repeated(seconds_left=35)

    await desk.record(SLOWER, repeat)

    present = await desk.message()
    assert present.repeat_until is not None
    assert present.repeat_until <= await desk.now()
    await assert_next_look(desk, 5)


async def test_a_refused_repeat_is_the_last(desk: Desk) -> None:
    repeat = await desk.repeated()

    await desk.record(NO, repeat)

    present = await desk.message()
    assert present.repeat_until is not None
    assert present.repeat_until <= await desk.now()
    await assert_next_look(desk, 5)


async def test_a_stopped_account_stops_and_its_unknown_message_stays(desk: Desk) -> None:
    repeat = await desk.repeated()

    await desk.record(STOPPED, repeat)

    at = await desk.account()
    assert (at.status, at.status_detail) == ("DEGRADED", "no credits")
    assert (await desk.message()).status == "UNKNOWN"


@pytest.mark.parametrize(
    ("answer", "status"),
    [(BUSY, "QUEUED"), (SLOWER, "QUEUED"), (STOPPED, "QUEUED"), (LATE, "UNKNOWN"), (NO, "UNKNOWN")],
)
async def test_what_a_person_sends_again_keeps_its_key(desk: Desk, answer: Answer, status: str) -> None:
    await desk.record(LATE)
    await desk.change(status="SENDING", finished_at=None)
    since = (await desk.message()).unknown_since

    await desk.record(answer, await desk.another())

    present = await desk.message()
    assert (present.status, present.platform_key, present.unknown_since) == (status, "first", since)


async def test_what_a_person_sends_again_never_fails(desk: Desk) -> None:
    await desk.record(LATE)
    await desk.change(status="SENDING", failures=3)

    await desk.record(BUSY, await desk.another())

    present = await desk.message()
    assert (present.status, present.failure_reason, present.platform_key) == ("UNKNOWN", "busy", "first")


@pytest.mark.parametrize("answer", [LATE, BUSY, NO])
async def test_a_repeat_changes_nothing_once_a_person_has_sent_it_again(desk: Desk, answer: Answer) -> None:
    repeat = await desk.repeated()
    await desk.change(status="QUEUED", finished_at=None, repeat_until=None, not_before=None)
    before = await desk.message()

    await desk.record(answer, repeat)

    after = await desk.message()
    assert is_as_it_was(before, after)
    assert after.not_before is None


@pytest.mark.parametrize(("answer", "status"), [(BUSY, "QUEUED"), (NO, "FAILED")])
async def test_the_first_call_disproved_late_is_as_if_it_had_never_been_unknown(
    desk: Desk, answer: Answer, status: str
) -> None:
    """The sweeper gave it up; then its worker, which was only slow, tells that nothing was sent."""
    owner, key = desk.claim.owner, desk.claim.attempt.id
    await writing(desk.database, lambda session: attempts.give_up(session, owner, key, "gone"))
    await desk.change(status="UNKNOWN", unknown_since=await desk.now(), repeat_until=await desk.now())

    await desk.record(answer)

    present = await desk.message()
    assert (present.status, present.unknown_since, present.repeat_until) == (status, None, None)


async def test_a_first_call_disproved_late_does_not_clear_a_repeat_that_is_unknown(desk: Desk) -> None:
    """Neither the first call nor the third sent anything; the second may have."""
    await desk.send_again()
    second = await desk.another()
    await desk.change(status="UNKNOWN", unknown_since=await desk.now())
    await desk.record(LATE, second)

    await desk.record(BUSY)

    present = await desk.message()
    assert (present.status, present.platform_key) == ("UNKNOWN", "first")
    assert await desk.outcome(desk.claim.attempt.id) == "NOT_SENT"


async def test_a_repeat_after_the_first_call_was_disproved_is_a_first_call(desk: Desk) -> None:
    repeat = await desk.repeated()
    await desk.record(BUSY)

    await desk.record(BUSY, repeat)

    present = await desk.message()
    assert (present.status, present.failures, present.unknown_since) == ("QUEUED", 1, None)
    assert present.platform_key != "first"


async def test_a_worker_killed_while_dispatching_leaves_an_unknown_that_is_repeated(desk: Desk) -> None:
    await desk.change(repeat_until=await desk.now() + timedelta(seconds=100))
    await _end_leases(desk)

    await Sweeper(transactions(desk.database)).sweep()

    present, attempt = await desk.message(), await desk.attempt(desk.claim.attempt.id)
    assert (present.status, present.failure_reason) == ("UNKNOWN", INTERRUPTED)
    assert present.unknown_since is not None
    assert (attempt.outcome, attempt.detail) == ("UNKNOWN", INTERRUPTED)
    await assert_next_look(desk, 20)


async def test_a_worker_killed_in_a_repeat_leaves_it_unknown_since_the_first_call(desk: Desk) -> None:
    repeat = await desk.repeated()
    before = await desk.message()
    await desk.change(not_before=await desk.now() + timedelta(hours=1))
    await _end_leases(desk)

    await Sweeper(transactions(desk.database)).sweep()

    after = await desk.message()
    assert is_as_it_was(before, after)
    assert after.failure_reason == "no answer in time"
    assert await desk.outcome(repeat.attempt.id) == "UNKNOWN"
    await assert_next_look(desk, 20)


async def test_what_was_proven_meanwhile_stays_proven(desk: Desk) -> None:
    """A webhook told of it while the call was under way; the call itself then found no answer."""
    owner, key = desk.claim.owner, desk.claim.attempt.id
    await writing(desk.database, lambda session: attempts.prove(session, owner, key, "told"))
    await desk.record(Sent("p1"), await desk.another())

    await desk.record(LATE)

    attempt = await desk.attempt(key)
    assert (attempt.state, attempt.outcome, attempt.detail) == ("done", "SENT", "told")
    assert (await desk.message()).status == "SENT"


async def _end_leases(desk: Desk) -> None:
    ended = await desk.now() - timedelta(seconds=1)
    statement = update(Attempt).where(Attempt.user_id == desk.claim.owner).values(lease_until=ended)
    await writing(desk.database, lambda session: session.execute(statement))
