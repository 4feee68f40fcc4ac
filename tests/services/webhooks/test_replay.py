from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from db.models import Fan, Message, User, WebhookDelivery
from db.queries import webhook_choice
from db.queries.webhook_choice import Choice
from services.webhooks import replay as module
from services.webhooks.kinds import HANDLERS
from services.webhooks.replay import replay
from services.webhooks.work import WebhookWorker
from tests.services.webhooks.desk import Desk, a_desk, adapters, notice, said
from tests.stored import reading, transactions


async def played(desk: Desk, choice: Choice, limit: int = 100) -> list[tuple[str, str]]:
    """The kind of each delivery that was worked on again, and what came of it."""
    found = replay(desk.database, desk.worker, choice, limit)
    return [(each.delivery.kind, each.outcome.status) async for each in found]


async def three(desk: Desk) -> None:
    await desk.take("messages.received", said(1))
    await desk.take("tips.received", notice(2, amount="odd"))
    await desk.journal("messages.received", said(3), status="failed")


async def test_the_failed_ones_are_worked_on_again(desk: Desk) -> None:
    await three(desk)

    assert await played(desk, Choice(status="failed")) == [
        ("tips.received", "failed"),
        ("messages.received", "done"),
    ]
    assert len(await desk.rows(Message)) == 2
    assert [row.status for row in await desk.rows(WebhookDelivery)] == ["done", "failed", "done"]


async def test_everything_once_more_changes_nothing_twice(desk: Desk) -> None:
    await desk.take("messages.received", said(1))
    await desk.take("tips.received", notice(2, amount="$5.00"))
    before = await desk.events()

    done = await played(desk, Choice(account=desk.account.account_id))

    assert done == [("messages.received", "done"), ("tips.received", "done")]
    assert (await desk.events(), (await desk.only(Fan)).value_cents) == (before, 500)


async def test_by_user_account_kind_time_and_id(desk: Desk) -> None:
    other = await a_desk(desk.database)
    await three(desk)
    await three(other)
    subject = await reading(
        desk.database, lambda session: session.scalar(select(User.subject).where(User.id == other.owner))
    )
    first, second, third = (row.id for row in await other.rows(WebhookDelivery))
    later = (await other.delivery(second)).received_at
    for choice, expected in (
        (Choice(owner=subject), [first, second, third]),
        (Choice(owner=str(other.owner)), [first, second, third]),
        (Choice(owner="nobody"), []),
        (Choice(account=other.account.account_id, kind="tips.received"), [second]),
        (Choice(owner=subject, since=later), [second, third]),
        (Choice(owner=subject, status="done"), [first]),
        (Choice(ids=(third,)), [third]),
        (Choice(owner=str(desk.owner), ids=(third,)), []),
    ):
        found = await reading(desk.database, lambda session, c=choice: webhook_choice.chosen(session, c, 100))  # type: ignore[misc]
        assert [each.id for each in found] == expected, choice


async def test_the_newest_come_first_where_they_are_shown(desk: Desk) -> None:
    await three(desk)

    found = await reading(desk.database, lambda session: webhook_choice.chosen(session, Choice(), 2, newest_first=True))

    assert [each.id for each in found] == [row.id for row in (await desk.rows(WebhookDelivery))[:0:-1]]
    assert "body" not in found[0].__slots__


async def test_a_long_journal_is_read_in_parts_and_not_beyond_the_limit(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BATCH", 2)
    moment = datetime.now(UTC) - timedelta(hours=1)
    for number in range(5):
        # Two of one moment: the id decides.
        await desk.journal("users.typing", {"n": number}, received_at=moment + timedelta(minutes=number // 2))

    assert len(await played(desk, Choice(kind="users.typing"), limit=3)) == 3
    assert [row.status for row in await desk.rows(WebhookDelivery)] == ["ignored"] * 3 + ["received"] * 2
    assert len(await played(desk, Choice(kind="users.typing"))) == 5
    assert {row.status for row in await desk.rows(WebhookDelivery)} == {"ignored"}


async def test_one_that_goes_wrong_does_not_keep_the_others(desk: Desk) -> None:
    async def broken(*_: Any) -> None:
        raise TimeoutError

    await three(desk)
    worker = WebhookWorker(transactions(desk.database), adapters(), {**HANDLERS, "tips.received": broken})

    found = [each async for each in replay(desk.database, worker, Choice(owner=str(desk.owner)), 100)]

    assert [(each.outcome.status, each.outcome.detail) for each in found] == [
        ("done", None), ("fault", "TimeoutError"), ("done", None),
    ]  # fmt: skip
    assert [row.status for row in await desk.rows(WebhookDelivery)] == ["done", "failed", "done"]
