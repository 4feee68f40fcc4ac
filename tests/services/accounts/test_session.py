from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from db.models import CreatorAccount, Lane
from tests.services.webhooks.desk import Desk, at
from tests.stored import LONG_AGO, reading

EXPIRED, BACK = "accounts.session_expired", "accounts.reconnected"


def attempt(minutes: float) -> dict[str, Any]:
    """What the gateway tells: its last attempt to sign in."""
    return {"state": "authenticated", "latestAuthAttempt": {"started_at": at(minutes), "completed_at": None}}


async def status(desk: Desk) -> tuple[str, str | None]:
    row = await desk.only(CreatorAccount)
    return row.status, row.status_detail


async def due_at(desk: Desk) -> datetime | None:
    query = select(Lane.due_at).where(Lane.account_id == desk.account.account_id)
    return await reading(desk.database, lambda session: session.scalar(query))


async def put(desk: Desk, **values: Any) -> None:
    async with desk.database.writes() as session, session.begin():
        await session.execute(
            update(CreatorAccount)
            .where(CreatorAccount.user_id == desk.owner, CreatorAccount.id == desk.account.id)
            .values(**values)
        )


async def test_a_session_that_ends_stops_the_account_and_one_that_is_back_makes_its_lane_due(desk: Desk) -> None:
    await desk.done(EXPIRED, attempt(1))
    assert await status(desk) == ("SESSION_EXPIRED", "The session at the platform has expired; sign in there.")
    assert (await desk.events(), await due_at(desk)) == (["account_updated"], None)

    await desk.done(BACK, attempt(2))

    assert await status(desk) == ("CONNECTED", None)
    assert await desk.events() == ["account_updated"] * 2
    assert await due_at(desk) is not None


@pytest.mark.parametrize("lost", ["accounts.session_expired", "accounts.disconnected"])
@pytest.mark.parametrize("back", ["accounts.connected", "accounts.reconnected"])
async def test_by_whichever_name_it_is_told(desk: Desk, lost: str, back: str) -> None:
    await desk.done(lost, attempt(1))
    assert (await status(desk))[0] == "SESSION_EXPIRED"
    await desk.done(back, attempt(2))
    assert (await status(desk))[0] == "CONNECTED"


@pytest.mark.parametrize("kind", ["authentication_failed", "otp_code_required", "face_otp_required"])
async def test_a_failed_attempt_says_nothing_of_a_session_that_stands(desk: Desk, kind: str) -> None:
    assert (await desk.take(f"accounts.{kind}", attempt(1))).status == "ignored"
    assert (await status(desk))[0] == "CONNECTED"


async def test_an_old_end_that_comes_after_the_newer_return_stops_nothing(desk: Desk) -> None:
    await desk.done(EXPIRED, attempt(1))
    await desk.done(BACK, attempt(3))
    version = (await desk.only(CreatorAccount)).version

    await desk.done(EXPIRED, attempt(2))

    assert await status(desk) == ("CONNECTED", None)
    assert (await desk.only(CreatorAccount)).version == version
    assert await desk.events() == ["account_updated"] * 2


async def test_a_return_that_comes_before_its_end_wins_as_well(desk: Desk) -> None:
    await desk.done(BACK, attempt(3))
    await desk.done(EXPIRED, attempt(2))

    assert (await status(desk), await desk.events()) == (("CONNECTED", None), [])


async def test_the_events_own_time_goes_before_that_of_the_attempt(desk: Desk) -> None:
    await desk.done(EXPIRED, attempt(9) | {"createdAt": at(1)})
    await desk.done(BACK, attempt(0) | {"createdAt": at(2)})

    assert (await status(desk))[0] == "CONNECTED"


async def test_of_one_moment_the_one_received_last_counts(desk: Desk) -> None:
    """The example payloads of the gateway's documentation all tell the same attempt."""
    for kind, expected in ((EXPIRED, "SESSION_EXPIRED"), (BACK, "CONNECTED"), (EXPIRED, "SESSION_EXPIRED")):
        await desk.done(kind, attempt(1))
        assert (await status(desk))[0] == expected


async def test_without_a_time_the_receipt_counts(desk: Desk) -> None:
    now = LONG_AGO + timedelta(days=1)
    await desk.done(BACK, {}, received_at=now + timedelta(seconds=2))
    await desk.done(EXPIRED, {}, received_at=now + timedelta(seconds=1))
    assert (await status(desk))[0] == "CONNECTED"

    await desk.done(EXPIRED, {}, received_at=now + timedelta(seconds=3))
    assert (await status(desk))[0] == "SESSION_EXPIRED"


async def test_a_time_in_the_future_is_that_of_its_receipt(desk: Desk) -> None:
    """Else one wrong clock would make all later events old."""
    await desk.done(EXPIRED, {"createdAt": "2999-01-01T00:00:00Z"})
    await desk.done(BACK, {})

    assert (await status(desk))[0] == "CONNECTED"


@pytest.mark.parametrize("stopped", ["DISCONNECTED", "INVALID_CREDENTIALS", "DEGRADED"])
async def test_no_event_touches_an_account_that_is_stopped_for_another_reason(desk: Desk, stopped: str) -> None:
    await put(desk, status=stopped, status_detail="why")

    await desk.done(EXPIRED, attempt(1))
    await desk.done(BACK, attempt(2))

    assert (await status(desk), await desk.events(), await due_at(desk)) == ((stopped, "why"), [], None)


async def test_what_came_before_the_account_was_connected_counts_no_more(desk: Desk) -> None:
    """Connecting asks the platform whether the session stands."""
    delivery_id = await desk.journal(EXPIRED, attempt(1))
    await put(desk, connected_at=(await desk.delivery(delivery_id)).received_at + timedelta(seconds=1))

    await desk.worker.work_on(desk.owner, delivery_id)

    assert (await status(desk))[0] == "CONNECTED"


async def test_a_replay_of_the_end_does_not_stop_a_session_that_is_back(desk: Desk) -> None:
    ended = await desk.take(EXPIRED, attempt(1))
    await desk.done(BACK, attempt(2))

    assert await desk.again(ended.id)

    assert (await status(desk), await desk.events()) == (("CONNECTED", None), ["account_updated"] * 2)
