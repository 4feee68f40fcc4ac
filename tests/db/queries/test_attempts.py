from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from db.engine import Database, WriteSession
from db.models import Attempt, Message, new_id
from db.queries import attempts
from tests.stored import a_user, account, conversation, fan, message, reading, store, writing

LEASE = timedelta(seconds=30)
WINDOW = timedelta(seconds=60)


@dataclass(frozen=True)
class Bench:
    """One message of one account, and a way to make attempts at it."""

    database: Database
    message: Message

    @property
    def owner(self) -> UUID:
        return self.message.user_id

    def attempt(self, **values: Any) -> Attempt:
        usual = {"platform": "SANDBOX", "account_id": "acct", "worker": "w"}
        return Attempt(user_id=self.owner, id=new_id(), message_id=self.message.id, **usual | values)

    async def reserve(self, lease: timedelta = LEASE) -> UUID:
        return (await writing(self.database, lambda session: attempts.reserve(session, self.attempt(), lease))).id

    async def dispatch(self, attempt_id: UUID, owner: UUID | None = None, lease: timedelta = LEASE) -> bool:
        return await writing(
            self.database, lambda session: attempts.start_dispatch(session, owner or self.owner, attempt_id, lease)
        )

    async def finish(self, attempt_id: UUID, outcome: str = "SENT", detail: str | None = None) -> bool:
        return await writing(
            self.database, lambda session: attempts.finish(session, self.owner, attempt_id, outcome, detail)
        )

    async def past(self, number: int, state: str, started: float, ended: float) -> UUID:
        """An attempt of some seconds ago; `ended` is when it was finished, or when its lease ends."""
        now = datetime.now(UTC)
        end = now + timedelta(seconds=ended)
        finished = {"finished_at": end, "outcome": "SENT"} if state == "done" else {}
        row = self.attempt(
            number=number, state=state, reserved_at=now + timedelta(seconds=started), lease_until=end, **finished
        )
        await store(self.database, row)
        return row.id

    async def present(self, attempt_id: UUID) -> Attempt | None:
        query = select(Attempt).where(Attempt.user_id == self.owner, Attempt.id == attempt_id)
        return await reading(self.database, lambda session: session.scalar(query))

    async def known(self, attempt_id: UUID) -> Attempt:
        found = await self.present(attempt_id)
        assert found is not None
        return found


@pytest.fixture
async def bench(database: Database) -> Bench:
    owner = await a_user(database)
    at = account(owner)
    robin = fan(owner, at.id)
    talk = conversation(robin)
    written = message(talk)
    await store(database, at, robin, talk, written)
    return Bench(database, written)


async def test_a_reservation_is_numbered_and_leased(bench: Bench) -> None:
    first, second = await bench.known(await bench.reserve()), await bench.known(await bench.reserve())

    assert [(each.number, each.state, each.outcome) for each in (first, second)] == [
        (1, "reserved", None),
        (2, "reserved", None),
    ]
    assert timedelta(0) <= first.lease_until - first.reserved_at - LEASE + timedelta(seconds=2) < timedelta(seconds=4)


async def test_numbers_go_on_after_the_last_where_one_was_released(bench: Bench) -> None:
    first, second = await bench.reserve(), await bench.reserve()
    await writing(bench.database, lambda session: attempts.release(session, bench.owner, first))

    assert (await bench.known(await bench.reserve())).number == 3
    assert (await bench.known(second)).number == 2


async def test_only_a_held_reservation_is_dispatched_and_only_once(bench: Bench) -> None:
    held, ended = await bench.reserve(), await bench.reserve(timedelta(0))

    assert await bench.dispatch(held, owner=new_id()) is False
    assert (await bench.known(held)).state == "reserved"
    assert await bench.dispatch(held) is True
    assert await bench.dispatch(held) is False
    assert await bench.dispatch(ended) is False
    assert ((await bench.known(held)).state, (await bench.known(ended)).state) == ("dispatching", "reserved")


async def test_a_dispatch_lengthens_or_shortens_the_lease(bench: Bench) -> None:
    attempt_id = await bench.reserve(timedelta(seconds=300))
    assert await bench.dispatch(attempt_id, lease=timedelta(seconds=15))

    row = await bench.known(attempt_id)

    assert row.dispatched_at is not None
    assert timedelta(seconds=14) < row.lease_until - row.dispatched_at < timedelta(seconds=16)


async def test_an_answer_is_news_once(bench: Bench) -> None:
    attempt_id = await bench.reserve()
    await bench.dispatch(attempt_id)

    assert await bench.finish(attempt_id, "NOT_SENT", "busy") is True
    first = await bench.known(attempt_id)
    assert await bench.finish(attempt_id, "NOT_SENT", "busy") is False

    assert (first.state, first.outcome, first.detail) == ("done", "NOT_SENT", "busy")
    assert (await bench.known(attempt_id)).finished_at == first.finished_at


async def test_an_attempt_that_was_given_up_ended_with_its_lease(bench: Bench) -> None:
    attempt_id = await bench.past(1, "dispatching", -40, -10)
    lease_until = (await bench.known(attempt_id)).lease_until

    await writing(bench.database, lambda session: attempts.give_up(session, bench.owner, attempt_id, "gone"))

    row = await bench.known(attempt_id)
    assert (row.state, row.outcome, row.detail, row.finished_at) == ("done", "UNKNOWN", "gone", lease_until)


async def test_a_late_answer_is_news_and_never_moves_the_end_backwards(bench: Bench) -> None:
    attempt_id = await bench.past(1, "dispatching", -40, 20)
    await writing(bench.database, lambda session: attempts.give_up(session, bench.owner, attempt_id, "gone"))
    given_up = await bench.known(attempt_id)

    assert await bench.finish(attempt_id) is True

    row = await bench.known(attempt_id)
    assert (row.outcome, row.detail, row.finished_at) == ("SENT", None, given_up.finished_at)


async def test_the_same_uncertainty_is_no_news(bench: Bench) -> None:
    attempt_id = await bench.past(1, "dispatching", -40, -10)
    await writing(bench.database, lambda session: attempts.give_up(session, bench.owner, attempt_id, "gone"))

    assert await bench.finish(attempt_id, "UNKNOWN", "no answer") is False

    assert (await bench.known(attempt_id)).detail == "gone"


async def prove(bench: Bench, attempt_id: UUID, owner: UUID | None = None) -> None:
    await writing(
        bench.database, lambda session: attempts.prove(session, owner or bench.owner, attempt_id, "announced")
    )


async def test_a_proof_corrects_what_was_unknown_and_leaves_its_end(bench: Bench) -> None:
    attempt_id = await bench.past(1, "dispatching", -40, -10)
    await bench.finish(attempt_id, "UNKNOWN", "no answer")
    before = await bench.known(attempt_id)
    await prove(bench, attempt_id, owner=new_id())
    assert (await bench.known(attempt_id)).outcome == "UNKNOWN"

    await prove(bench, attempt_id)

    after = await bench.known(attempt_id)
    assert (after.state, after.outcome, after.detail) == ("done", "SENT", "announced")
    assert after.finished_at == before.finished_at


@pytest.mark.parametrize(
    ("answer", "detail", "shown"),
    [("UNKNOWN", "no answer", "announced"), ("NOT_SENT", "busy", "announced"), ("SENT", None, "announced")],
)
async def test_a_call_proven_while_under_way_keeps_its_slot_and_its_proof(
    bench: Bench, answer: str, detail: str | None, shown: str
) -> None:
    attempt_id = await bench.past(1, "dispatching", -5, 20)
    await prove(bench, attempt_id)
    proven = await bench.known(attempt_id)
    assert (proven.state, proven.outcome, proven.finished_at) == ("dispatching", "SENT", None)

    assert await bench.finish(attempt_id, answer, detail) is True

    row = await bench.known(attempt_id)
    assert (row.state, row.outcome, row.detail) == ("done", "SENT", shown)
    assert row.finished_at is not None


async def test_a_proven_call_that_nobody_answers_for_was_sent(bench: Bench) -> None:
    attempt_id = await bench.past(1, "dispatching", -40, -10)
    await prove(bench, attempt_id)

    await writing(bench.database, lambda session: attempts.give_up(session, bench.owner, attempt_id, "gone"))

    row = await bench.known(attempt_id)
    assert (row.state, row.outcome, row.detail, row.finished_at) == ("done", "SENT", "announced", row.lease_until)


@pytest.mark.parametrize("outcome", ["NOT_SENT", "REFUSED", "SENT"])
async def test_a_certain_outcome_needs_no_proof(bench: Bench, outcome: str) -> None:
    attempt_id = await bench.past(1, "dispatching", -5, 20)
    await bench.finish(attempt_id, outcome, "why")

    await prove(bench, attempt_id)

    row = await bench.known(attempt_id)
    assert (row.outcome, row.detail) == (outcome, "why")


@pytest.mark.parametrize(
    ("state", "outcome", "may"),
    [
        ("reserved", None, False),
        ("dispatching", None, True),
        ("dispatching", "UNKNOWN", True),
        ("dispatching", "NOT_SENT", False),
        ("dispatching", "REFUSED", False),
    ],
)
async def test_another_call_may_have_arrived(bench: Bench, state: str, outcome: str | None, may: bool) -> None:
    other = await bench.past(1, state, -5, 20)
    if outcome is not None:
        await bench.finish(other, outcome)
    asked = await bench.known(await bench.past(2, "dispatching", -2, 20))

    assert await reading(bench.database, lambda session: attempts.another_may_have_arrived(session, asked)) is may


@pytest.mark.parametrize("state", ["reserved", "done"])
async def test_only_what_was_dispatched_is_given_up(bench: Bench, state: str) -> None:
    attempt_id = await bench.past(1, state, -40, -10)
    before = await bench.known(attempt_id)

    await writing(bench.database, lambda session: attempts.give_up(session, bench.owner, attempt_id, "gone"))

    after = await bench.known(attempt_id)
    assert (after.state, after.outcome, after.finished_at) == (before.state, before.outcome, before.finished_at)


@pytest.mark.parametrize(("state", "stays"), [("reserved", False), ("dispatching", True), ("done", True)])
async def test_only_an_unused_slot_is_given_back(bench: Bench, state: str, stays: bool) -> None:
    attempt_id = await bench.past(1, state, -5, 20)

    await writing(bench.database, lambda session: attempts.release(session, new_id(), attempt_id))
    assert await bench.present(attempt_id) is not None
    await writing(bench.database, lambda session: attempts.release(session, bench.owner, attempt_id))

    assert (await bench.present(attempt_id) is not None) is stays


async def test_an_attempt_is_superseded_by_a_later_one_at_its_message(bench: Bench) -> None:
    first = await bench.known(await bench.reserve())
    assert await reading(bench.database, lambda session: attempts.superseded(session, first)) is False

    second = await bench.known(await bench.reserve())

    assert await reading(bench.database, lambda session: attempts.superseded(session, first)) is True
    assert await reading(bench.database, lambda session: attempts.superseded(session, second)) is False


async def test_what_counts_is_unfinished_or_ended_within_the_window(bench: Bench) -> None:
    counted = {
        await bench.past(1, "reserved", -5, 20),
        await bench.past(2, "dispatching", -200, -30),
        await bench.past(3, "done", -200, -50),
        await bench.past(4, "done", -2, -1),
    }
    await bench.past(5, "done", -70, -61)
    await bench.past(6, "reserved", -100, -61)
    await store(
        bench.database,
        bench.attempt(number=7, account_id="other", lease_until=datetime.now(UTC)),
        bench.attempt(number=8, platform="ONLYFANS", lease_until=datetime.now(UTC)),
    )

    found = await reading(bench.database, lambda session: attempts.of_lane(session, "SANDBOX", "acct", WINDOW))

    assert {row[0] for row in found} == counted


async def test_the_sweeper_finds_ended_leases_oldest_first_and_passes_over_locked_ones(bench: Bench) -> None:
    young = await bench.past(1, "dispatching", -40, -10)
    old = await bench.past(2, "reserved", -90, -60)
    await bench.past(3, "reserved", -5, 20)
    await bench.past(4, "done", -90, -60)

    async def ids(session: WriteSession, limit: int = 10) -> list[UUID]:
        return [row.id for row in await attempts.with_ended_lease(session, limit)]

    assert await writing(bench.database, ids) == [old, young]
    async with bench.database.writes() as first, bench.database.writes() as second:
        assert await ids(first, 1) == [old]
        assert await ids(second) == [young]


async def test_the_history_of_messages_is_in_order(bench: Bench) -> None:
    numbers = [(await bench.known(await bench.reserve())).number for _ in range(3)]

    found = await reading(
        bench.database, lambda session: attempts.of_messages(session, bench.owner, [bench.message.id, new_id()])
    )
    strangers = await reading(
        bench.database, lambda session: attempts.of_messages(session, new_id(), [bench.message.id])
    )

    assert [row.number for row in found] == numbers == [1, 2, 3]
    assert strangers == []
