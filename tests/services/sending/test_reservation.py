"""A reservation lives as long as its request is prepared, and no preparation lasts for ever."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import update

from db.models import Attempt
from services.platforms.interface import NotSent
from services.runtime.clock import SystemClock
from services.sending.reservation import FAIR_SECONDS, TOO_LONG, Reservations
from tests.services.sending.desk import Desk, a_desk
from tests.stored import transactions, writing
from tests.waiting import eventually

LEASE = timedelta(hours=1)


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    async with a_desk(database_url) as found:
        yield found


class Hurried(SystemClock):
    """Sleeps for a moment, and counts."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(0.001)


def reservations(desk: Desk, clock: Hurried, longest: float = 300) -> Reservations:
    return Reservations(transactions(desk.database), LEASE, clock, lambda: longest)


async def test_it_is_renewed_until_the_request_is_prepared(desk: Desk) -> None:
    await reserved(desk)
    before, clock = (await desk.attempt(desk.claim.attempt.id)).lease_until, Hurried()

    async def prepare() -> str:
        await eventually(lambda: len(clock.slept) > 3, 10, "renewals")
        return "prepared"

    assert await reservations(desk, clock).during(desk.claim, prepare) == "prepared"
    assert set(clock.slept) == {LEASE.total_seconds() / 3}
    after = (await desk.attempt(desk.claim.attempt.id)).lease_until
    assert after - before > LEASE / 2


async def test_a_slot_that_is_gone_is_not_renewed(desk: Desk) -> None:
    """It is under way already, or was given to another."""
    before, clock = (await desk.attempt(desk.claim.attempt.id)).lease_until, Hurried()
    await reservations(desk, clock)._renew(desk.claim)
    assert (await desk.attempt(desk.claim.attempt.id)).lease_until == before
    assert len(clock.slept) == 1


@pytest.mark.parametrize(("given", "outcome"), [(FAIR_SECONDS, NotSent(TOO_LONG)), (FAIR_SECONDS - 1, None)])
async def test_a_preparation_without_end_is_ended(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, given: float, outcome: NotSent | None
) -> None:
    """One that had little time is nobody's failure."""
    timeout = asyncio.timeout
    monkeypatch.setattr(asyncio, "timeout", lambda seconds: timeout(0.01 if seconds == given else seconds))
    assert await reservations(desk, Hurried(), given).during(desk.claim, asyncio.Event().wait) == outcome


async def reserved(desk: Desk) -> None:
    """The attempt, before its request has left."""
    owner = desk.claim.owner
    statement = update(Attempt).where(Attempt.user_id == owner).values(state="reserved", dispatched_at=None)
    await writing(desk.database, lambda session: session.execute(statement))
