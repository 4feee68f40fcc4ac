from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from db.engine import Database
from db.models import Conversation, CreatorAccount
from db.queries import waiting
from tests.stored import a_user, account, campaign, conversation, fan, message, reading, store


@dataclass(frozen=True)
class Row:
    """One message; times are seconds from now. The accounts of all rows are one, unless `elsewhere`."""

    conversation: str = "robin"
    campaign: str | None = None
    priority: int = 5
    status: str = "QUEUED"
    direction: str = "OUT"
    scheduled: float | None = None
    not_before: float | None = None
    finished: float | None = None
    unknown: float | None = None
    repeats: float | None = None
    elsewhere: bool = False


@dataclass(frozen=True)
class Case:
    """Rows in the order in which they were written, and which of them come next."""

    rows: dict[str, Row]
    reply: str | None = None
    campaign: str | None = None
    held_seconds: float | None = None


CASES = {
    "nothing": Case({}),
    "the first of two": Case({"a": Row(), "b": Row("kim")}, "a"),
    "the highest priority": Case({"a": Row(), "b": Row("kim", priority=9), "c": Row("lou", priority=9)}, "b"),
    "never past one's own conversation": Case({"a": Row(priority=1), "b": Row(priority=10)}, "a"),
    "priority beside another conversation": Case(
        {"a": Row(priority=1), "b": Row(priority=10), "c": Row("kim", priority=2)}, "c"
    ),
    "an earlier one is being sent": Case({"a": Row(status="SENDING"), "b": Row(), "c": Row("kim")}, "c"),
    "an earlier one is on its way to the queue": Case({"a": Row(status="PENDING"), "b": Row()}),
    "an earlier one was sent": Case({"a": Row(status="SENT", finished=-1), "b": Row()}, "b"),
    "an earlier one failed": Case({"a": Row(status="FAILED", finished=-1), "b": Row()}, "b"),
    "an earlier one was cancelled": Case({"a": Row(status="CANCELLED", finished=-1), "b": Row()}, "b"),
    "a fan's message": Case({"a": Row(status="RECEIVED", direction="IN"), "b": Row()}, "b"),
    "an unknown one holds": Case({"a": Row(status="UNKNOWN", unknown=-110), "b": Row()}, held_seconds=10),
    "an unknown one holds nobody else": Case(
        {"a": Row(status="UNKNOWN", unknown=-110), "b": Row(), "c": Row("kim")}, "c", held_seconds=10
    ),
    "an unknown one holds for two minutes": Case({"a": Row(status="UNKNOWN", unknown=-121), "b": Row()}, "b"),
    "a later one holds nothing": Case({"a": Row(), "b": Row(status="UNKNOWN", unknown=-1)}, "a", held_seconds=119),
    "a scheduled one is not due": Case({"a": Row(status="PENDING", scheduled=60), "b": Row()}, "b"),
    "a scheduled one is due": Case({"a": Row(status="PENDING", scheduled=-1), "b": Row()}, "b"),
    "a scheduled one waits its turn": Case({"a": Row(scheduled=-1, priority=1), "b": Row(priority=2)}, "b"),
    "a scheduled one is being sent": Case({"a": Row(status="SENDING", scheduled=-1), "b": Row()}, "b"),
    "a scheduled one is unknown": Case(
        {"a": Row(status="UNKNOWN", scheduled=-9, unknown=-1), "b": Row()}, "b", held_seconds=119
    ),
    "a scheduled one goes by itself": Case({"a": Row(scheduled=-1)}, "a"),
    "a retry that has to wait": Case({"a": Row(not_before=30)}, held_seconds=30),
    "a retry that may go": Case({"a": Row(not_before=-1), "b": Row("kim")}, "a"),
    "a retry keeps its place": Case({"a": Row(not_before=30), "b": Row(), "c": Row("kim")}, "c", held_seconds=30),
    "the first of two retries": Case({"a": Row(not_before=30), "b": Row("kim", not_before=20)}, held_seconds=20),
    "an active campaign": Case({"a": Row(campaign="ACTIVE"), "b": Row("kim", campaign="ACTIVE")}, campaign="a"),
    "a campaign's priority": Case(
        {"a": Row(campaign="ACTIVE"), "b": Row("kim", campaign="ACTIVE", priority=6)}, campaign="b"
    ),
    "a paused campaign": Case({"a": Row(campaign="PAUSED"), "b": Row(campaign="CANCELLED"), "c": Row()}, "c"),
    "a campaign's retry": Case({"a": Row(campaign="ACTIVE", not_before=30)}, held_seconds=30),
    "campaigns hold no reply": Case(
        {
            "a": Row(campaign="ACTIVE", status="SENDING"),
            "b": Row(campaign="ACTIVE", status="UNKNOWN", unknown=-1),
            "c": Row(campaign="ACTIVE"),
            "d": Row(campaign="PAUSED"),
            "e": Row(),
        },
        "e",
        "c",
        held_seconds=119,
    ),
    "a repeat that is due": Case(
        {"a": Row(status="UNKNOWN", unknown=-30, not_before=-1, repeats=90)}, "a", held_seconds=90
    ),
    "a repeat before all that is urgent": Case(
        {"a": Row("kim", priority=10), "b": Row(status="UNKNOWN", unknown=-30, not_before=-1, repeats=90)},
        "b",
        held_seconds=90,
    ),
    "the repeat that is due for longest": Case(
        {
            "a": Row(status="UNKNOWN", unknown=-30, not_before=-1, repeats=90),
            "b": Row("kim", status="UNKNOWN", unknown=-20, not_before=-2, repeats=100),
        },
        "b",
        held_seconds=90,
    ),
    "a repeat that has to wait": Case(
        {"a": Row(status="UNKNOWN", unknown=-30, not_before=20, repeats=90), "b": Row()}, held_seconds=20
    ),
    "a repeat whose time is over": Case(
        {"a": Row(status="UNKNOWN", unknown=-30, not_before=-1, repeats=-1), "b": Row("kim")}, "b", held_seconds=90
    ),
    "a read-back is no repeat": Case({"a": Row(status="UNKNOWN", unknown=-300, not_before=-1)}),
    "a read-back wakes no lane": Case({"a": Row(status="UNKNOWN", unknown=-300, not_before=20, repeats=-1)}),
    "one that is left to a person": Case({"a": Row(status="UNKNOWN", unknown=-300, repeats=90)}),
    "repeats do not hold any longer": Case(
        {"a": Row(status="UNKNOWN", unknown=-121, finished=-1, not_before=30, repeats=90), "b": Row()}, "b",
        held_seconds=30,
    ),
    "a campaign's repeat": Case(
        {
            "a": Row(campaign="ACTIVE", priority=10),
            "b": Row("kim", campaign="ACTIVE", status="UNKNOWN", unknown=-300, not_before=-1, repeats=90),
        },
        campaign="b",
    ),
    "a repeat after a campaign's end": Case(
        {"a": Row(campaign="COMPLETED", status="UNKNOWN", unknown=-300, not_before=-1, repeats=90)}, campaign="a"
    ),
    "a paused campaign repeats nothing": Case(
        {
            "a": Row(campaign="PAUSED", status="UNKNOWN", unknown=-300, not_before=-1, repeats=90),
            "b": Row(campaign="CANCELLED", status="UNKNOWN", unknown=-300, not_before=-1, repeats=90),
        }
    ),
    "a repeat sent again by hand": Case({"a": Row(unknown=-300), "b": Row()}, "a"),
    "another account": Case({"a": Row(elsewhere=True), "b": Row(campaign="ACTIVE", elsewhere=True)}),
}  # fmt: skip


def moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.now(UTC) + timedelta(seconds=seconds)


async def stored(database: Database, rows: dict[str, Row]) -> tuple[CreatorAccount, dict[UUID, str]]:
    owner = await a_user(database)
    here, there = account(owner, f"{owner}"), account(owner, f"{owner} again")
    await store(database, here, there)
    talks: dict[tuple[str, bool], Conversation] = {}
    campaigns: dict[tuple[str, bool], UUID] = {}
    names: dict[UUID, str] = {}
    for name, row in rows.items():
        where = there if row.elsewhere else here
        if (row.conversation, row.elsewhere) not in talks:
            of = fan(owner, where.id, name=row.conversation)
            talk = talks[row.conversation, row.elsewhere] = conversation(of)
            await store(database, of, talk)
        if row.campaign is not None and (row.campaign, row.elsewhere) not in campaigns:
            whole = campaign(where, status=row.campaign)
            campaigns[row.campaign, row.elsewhere] = whole.id
            await store(database, whole)
        values: dict[str, Any] = {
            "priority": row.priority,
            "status": row.status,
            "direction": row.direction,
            "scheduled_at": moment(row.scheduled),
            "not_before": moment(row.not_before),
            "finished_at": moment(row.finished),
            "unknown_since": moment(row.unknown),
            "repeat_until": moment(row.repeats),
        }
        campaign_id = campaigns.get((row.campaign, row.elsewhere)) if row.campaign else None
        written = message(talks[row.conversation, row.elsewhere], campaign_id=campaign_id, **values)
        await store(database, written)
        names[written.id] = name
    return here, names


@pytest.mark.parametrize("name", CASES)
async def test_who_is_next(database: Database, name: str) -> None:
    case = CASES[name]
    at, names = await stored(database, case.rows)

    found = await reading(database, lambda session: waiting.heads(session, at.user_id, at.id))

    assert found.reply == next((key for key, of in names.items() if of == case.reply), None)
    assert found.campaign == next((key for key, of in names.items() if of == case.campaign), None)
    if case.held_seconds is None:
        assert found.held_until is None
    else:
        assert found.held_until is not None
        expected = moment(case.held_seconds)
        assert expected is not None
        assert timedelta(0) <= expected - found.held_until < timedelta(seconds=8)


async def test_another_owner_s_messages_are_never_next(database: Database) -> None:
    at, _ = await stored(database, {"a": Row(), "b": Row(campaign="ACTIVE")})
    stranger = await a_user(database)

    found = await reading(database, lambda session: waiting.heads(session, stranger, at.id))

    assert found == waiting.Heads(None, None, None)
