"""How answers are recorded where workers are late, or a commit's own answer got lost."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from db.engine import Database
from db.models import Attempt, Lane, LiveEvent, Message
from db.queries import attempts, messages
from services.campaigns.progress import Progress
from services.platforms.interface import AccountStopped, Answer, NotSent, Refused, Sent, Unknown
from services.runtime.clock import SystemClock
from services.sending.claim import Claim
from services.sending.record import Recorder
from tests.stored import a_user, account, conversation, fan, message, opened, reading, store, transactions, writing

BUSY = NotSent("busy")
LEASE = timedelta(seconds=30)


@dataclass(frozen=True)
class Desk:
    """One message whose attempt is under way, and the recorder."""

    database: Database
    claim: Claim

    async def record(self, answer: Answer, claim: Claim | None = None) -> None:
        recorder = Recorder(transactions(self.database), Progress(20), timedelta(seconds=3), SystemClock())
        await recorder.record(claim or self.claim, answer)

    async def message(self) -> Message:
        owner, key = self.claim.owner, self.claim.message.id
        found = await reading(self.database, lambda session: messages.get(session, owner, key))
        assert found is not None
        return found

    async def outcome(self, attempt_id: UUID) -> str | None:
        query = select(Attempt.outcome).where(Attempt.user_id == self.claim.owner, Attempt.id == attempt_id)
        return await reading(self.database, lambda session: session.scalar(query))

    async def events(self) -> list[str | None]:
        query = select(LiveEvent.status).where(LiveEvent.user_id == self.claim.owner).order_by(LiveEvent.sequence)
        return list(await reading(self.database, lambda session: session.scalars(query)))

    async def send_again(self) -> Claim:
        """Given up by the sweeper, retried by a person, and under way again by another worker."""
        owner = self.claim.owner
        await writing(self.database, lambda session: attempts.give_up(session, owner, self.claim.attempt.id, "gone"))
        attempt = attempt_of(self.claim.message)
        await writing(self.database, lambda session: attempts.reserve(session, attempt, LEASE))
        await writing(self.database, lambda session: attempts.start_dispatch(session, owner, attempt.id, LEASE))
        return replace(self.claim, attempt=attempt)


def attempt_of(of: Message) -> Attempt:
    return Attempt(user_id=of.user_id, message_id=of.id, platform="SANDBOX", account_id="acct", worker="w")


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    async with opened(database_url) as database:
        owner = await a_user(database)
        at = account(owner)
        robin = fan(owner, at.id)
        talk = conversation(robin)
        written = message(talk, status="SENDING", platform_key="first")
        lane = Lane(platform="SANDBOX", account_id="acct", due_at=datetime.now(UTC))
        await store(database, lane, at, robin, talk, written)
        attempt = attempt_of(written)
        await writing(database, lambda session: attempts.reserve(session, attempt, LEASE))
        await writing(database, lambda session: attempts.start_dispatch(session, owner, attempt.id, LEASE))
        yield Desk(database, Claim(written, robin, at, attempt))


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


async def test_a_late_delivery_settles_a_message_whatever_became_of_it(desk: Desk) -> None:
    again = await desk.send_again()

    await desk.record(Sent("p1"))
    await desk.record(Unknown("too late"), again)

    present = await desk.message()
    assert (present.status, present.platform_message_id) == ("SENT", "p1")
    assert await desk.outcome(desk.claim.attempt.id) == "SENT"
    assert await desk.outcome(again.attempt.id) == "UNKNOWN"
    assert await desk.events() == ["SENT"]
