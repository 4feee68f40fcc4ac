"""How answers are recorded where workers are late, or a commit's own answer got lost."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, cast

import pytest
from sqlalchemy import update

from db.liveness import DatabaseAway
from db.models import CreatorAccount
from db.queries import messages
from db.unit_of_work import UnitOfWork
from services.campaigns.progress import Progress
from services.platforms.interface import AccountStopped, Answer, NotSent, Refused, Sent, Unknown
from services.runtime.clock import SystemClock
from services.sending.record import STORE_PAUSES_SECONDS, Recorder
from tests.services.sending.desk import Desk, a_desk
from tests.stored import transactions, writing

BUSY = NotSent("busy")


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    async with a_desk(database_url) as found:
        yield found


@pytest.mark.parametrize(
    ("answer", "status", "failures"),
    [
        (Sent("p1"), "SENT", 0),
        (BUSY, "QUEUED", 1),
        (NotSent("slower", 5, counts=False), "QUEUED", 0),
        (Refused("no"), "FAILED", 0),
        (AccountStopped("DEGRADED", "402"), "QUEUED", 0),
        (Unknown("too late"), "UNKNOWN", 0),
    ],
)
async def test_an_answer_recorded_twice_counts_once(desk: Desk, answer: Answer, status: str, failures: int) -> None:
    await desk.record(answer)
    first, told = await desk.message(), await desk.events()

    await desk.record(answer)

    again = await desk.message()
    assert (first.status, first.failures) == (again.status, again.failures) == (status, failures)
    assert first.version == again.version
    assert await desk.events() == told


@pytest.mark.parametrize("answer", [BUSY, AccountStopped("DEGRADED", "402"), NotSent("slower", 5, counts=False)])
async def test_proven_non_delivery_brings_a_new_key(desk: Desk, answer: Answer) -> None:
    await desk.record(answer)

    present = await desk.message()
    assert present.platform_key not in {None, "first"}
    assert (present.unknown_since, present.repeat_until, present.finished_at) == (None, None, None)


async def test_an_answer_recorded_twice_leaves_a_later_attempt_alone(desk: Desk) -> None:
    await desk.record(BUSY)
    owner, key = desk.claim.owner, desk.claim.message.id
    await writing(desk.database, lambda session: messages.move(session, owner, key, ("QUEUED",), status="SENDING"))

    await desk.record(BUSY)

    assert (await desk.message()).status == "SENDING"


@pytest.mark.parametrize("answer", [BUSY, Refused("no"), AccountStopped("DEGRADED", "402"), Unknown("too late")])
async def test_a_late_answer_does_not_touch_a_message_that_is_sent_again(desk: Desk, answer: Answer) -> None:
    await desk.send_again()

    await desk.record(answer)

    present = await desk.message()
    assert (present.status, present.platform_key, present.failures) == ("SENDING", "first", 0)
    assert await desk.events() == []
    assert (await desk.account()).status == "CONNECTED"


async def test_a_late_delivery_settles_a_message_whatever_became_of_it(desk: Desk) -> None:
    again = await desk.send_again()

    await desk.record(Sent("p1"))
    await desk.record(Unknown("too late"), again)

    present = await desk.message()
    assert (present.status, present.platform_message_id) == ("SENT", "p1")
    assert await desk.outcome(desk.claim.attempt.id) == "SENT"
    assert await desk.outcome(again.attempt.id) == "UNKNOWN"
    assert await desk.events() == ["SENT"]


@pytest.mark.parametrize("status", ["PENDING", "QUEUED", "UNKNOWN", "FAILED", "CANCELLED"])
async def test_a_late_delivery_is_believed_in_every_status(desk: Desk, status: str) -> None:
    await desk.change(status=status)

    await desk.record(Sent("p1"))

    assert (await desk.message()).status == "SENT"


async def test_what_is_answered_to_a_former_key_does_not_stop_an_account_that_was_connected_since(desk: Desk) -> None:
    owner, account_id = desk.claim.owner, desk.claim.account.id
    found = (CreatorAccount.user_id == owner, CreatorAccount.id == account_id)
    later = update(CreatorAccount).where(*found).values(connected_at=await desk.now())
    await writing(desk.database, lambda session: session.execute(later))

    await desk.record(AccountStopped("INVALID_CREDENTIALS", "401"))

    assert (await desk.account()).status == "CONNECTED"
    assert (await desk.message()).status == "QUEUED"
    assert await desk.events() == ["QUEUED"]


async def test_an_answer_is_kept_until_the_database_is_back(desk: Desk) -> None:
    faults, usual, clock = iter([DatabaseAway("away"), DatabaseAway("starting")]), transactions(desk.database), Waits()

    @asynccontextmanager
    async def away_at_first() -> AsyncIterator[UnitOfWork]:
        if fault := next(faults, None):
            raise fault
        async with usual() as work:
            yield work

    recorder = Recorder(cast("Any", away_at_first), Progress(20), timedelta(seconds=3), clock)
    await recorder.record(desk.claim, Sent("p1"))

    assert clock.slept == list(STORE_PAUSES_SECONDS[:2])
    assert (await desk.message()).platform_message_id == "p1"
    assert await desk.events() == ["SENT"]


class Waits(SystemClock):
    """Waits for no time, and remembers how long it would have."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
