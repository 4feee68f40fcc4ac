"""`retryMessages`: which are sent again, as what, and what is said of the others."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from db.models import Campaign, Conversation, Message
from db.queries import campaigns, live_events, messages
from schema import ids
from services.runtime.settings import Settings
from tests.flows.faults import NOBODY
from tests.resolvers.in_process import Execute
from tests.resolvers.inbox import known, minute, opened, written
from tests.services.sending.faulty_sqs import FaultySqs, faulty_sqs, refuses_entries
from tests.stored import a_user, account, campaign, reading, store, writing
from tests.waiting import eventually

RETRY = """mutation ($ids: [ID!], $campaignId: ID, $resendUnknown: Boolean! = false) {
  retryMessages(ids: $ids, campaignId: $campaignId, resendUnknown: $resendUnknown) {
    messages { id status version delivery { failureReason } }
    errors { __typename code message path ... on InvalidInput { rule limit } } } }"""
CANCEL = (
    "mutation ($id: ID!) { cancelMessage(id: $id) { message { status delivery { failureReason } } errors { code } } }"
)
END = "mutation ($id: ID!) { cancelCampaign(id: $id) { errors { code } } }"
DELETE = "mutation ($id: ID!) { deleteFan(id: $id) { deletedId errors { code } } }"
FAILURE = {"status": "FAILED", "failures": 3, "failure_reason": "no", "finished_at": minute(1), "not_before": minute(2)}
FAILURE |= {"request": {"method": "POST"}, "platform_key": "first key"}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """The sandbox is a platform that messages can be sent to; nobody asks it here."""
    return settings.model_copy(update={"sandbox_api_base_url": NOBODY})


@pytest.fixture
async def talk(execute: Execute) -> Conversation:
    """With a fan of a connected account."""
    home = account(execute.owner)
    of = known(execute.owner, "Ana", creator_account_id=home.id)
    found = opened(of, 9)
    await store(execute.database, home, of, found)
    return found


async def retry(execute: Execute, *chosen: Message | str, **given: Any) -> tuple[list[dict[str, Any]], list[Any]]:
    """The messages of the answer, and (code, path) of its errors."""
    if chosen:
        given["ids"] = [each if isinstance(each, str) else ids.encode("Message", each.id) for each in chosen]
    answer = (await execute(RETRY, **given))["retryMessages"]
    return answer["messages"], [(error["code"], error["path"]) for error in answer["errors"]]


async def present(execute: Execute, row: Message) -> Message:
    found = await reading(execute.database, lambda session: messages.get(session, row.user_id, row.id))
    assert found is not None
    return found


async def in_queue(execute: Execute) -> list[str]:
    """The messages that wait in SQS, by id."""
    received = await execute.resources.queue.receive(wait_seconds=0)
    return sorted(str(each.body).split('"messageId":"')[1][:36] for each in received)


async def steps(execute: Execute) -> list[str | None]:
    events = await reading(execute.database, lambda session: live_events.after(session, execute.owner, 0, 100))
    return [event.status for event in events if event.kind == "message_updated"]


async def test_a_failed_message_is_queued_again_as_new(execute: Execute, talk: Conversation) -> None:
    row = written(talk, "again", 1, **FAILURE)
    await store(execute.database, row)
    [answer], errors = await retry(execute, row)
    assert errors == []
    assert answer == {
        "id": ids.encode("Message", row.id), "status": "QUEUED", "version": 3, "delivery": {"failureReason": None},
    }  # fmt: skip
    now = await present(execute, row)
    assert (now.failures, now.not_before, now.finished_at, now.request) == (0, None, None, None)
    assert now.platform_key not in {None, "first key", str(row.id)}
    assert now.queued_at is not None
    assert (now.created_at, now.placed_at) == (row.created_at, row.placed_at)
    assert await in_queue(execute) == [str(row.id)]
    assert await steps(execute) == ["PENDING", "QUEUED"]


async def test_an_unknown_one_only_by_wish_and_as_it_was(execute: Execute, talk: Conversation) -> None:
    row = written(talk, "again", 1, **FAILURE | {"status": "UNKNOWN"})
    await store(execute.database, row)
    assert await retry(execute, row) == ([], [("CONFLICT", ["ids", "0"])])
    assert (await present(execute, row)).version == 1
    assert await in_queue(execute) == []
    [answer], errors = await retry(execute, row, resendUnknown=True)
    assert (answer["status"], errors) == ("QUEUED", [])
    now = await present(execute, row)
    assert (now.request, now.platform_key) == ({"method": "POST"}, "first key")
    assert (now.failures, now.not_before, now.finished_at) == (0, None, None)
    assert await in_queue(execute) == [str(row.id)]


async def test_an_unknown_one_begins_anew_and_stays_doubtful(execute: Execute, talk: Conversation) -> None:
    """Its calls may have arrived; the time of repeats and the looks into the chat are as for a first call."""
    doubt = {"unknown_since": minute(1), "repeat_until": minute(3), "read_backs": 4}
    row = written(talk, "again", 1, **FAILURE | {"status": "UNKNOWN"} | doubt)
    await store(execute.database, row)

    [answer], _ = await retry(execute, row, resendUnknown=True)

    now = await present(execute, row)
    assert (now.unknown_since, now.repeat_until, now.read_backs) == (minute(1), None, 0)
    assert answer["delivery"] == {"failureReason": "no"}


async def test_one_that_was_sent_again_and_taken_back_is_unknown_again(execute: Execute, talk: Conversation) -> None:
    row = written(talk, "again", 1, **FAILURE | {"status": "UNKNOWN", "unknown_since": minute(1)})
    await store(execute.database, row)
    await retry(execute, row, resendUnknown=True)

    cancelled = (await execute(CANCEL, id=ids.encode("Message", row.id)))["cancelMessage"]

    assert cancelled == {"message": {"status": "UNKNOWN", "delivery": {"failureReason": "no"}}, "errors": []}
    assert await retry(execute, row) == ([], [("CONFLICT", ["ids", "0"])])


async def test_one_that_was_sent_again_to_a_fan_who_goes_is_unknown_again(execute: Execute, talk: Conversation) -> None:
    row = written(talk, "again", 1, **FAILURE | {"status": "UNKNOWN", "unknown_since": minute(1)})
    await store(execute.database, row)
    await retry(execute, row, resendUnknown=True)

    await execute(DELETE, id=ids.encode("Fan", talk.fan_id))

    assert (await present(execute, row)).status == "UNKNOWN"


async def test_one_that_was_sent_again_in_a_campaign_that_ends_is_unknown_again(
    execute: Execute, talk: Conversation
) -> None:
    of, rows = await a_campaign(execute, talk, "ACTIVE")
    async with execute.database.writes() as session, session.begin():
        doubtful = await session.get_one(Message, (rows[1].user_id, rows[1].id))
        doubtful.unknown_since = minute(1)
    await retry(execute, campaignId=ids.encode("Campaign", of.id), resendUnknown=True)

    assert (await execute(END, id=ids.encode("Campaign", of.id)))["cancelCampaign"] == {"errors": []}

    assert [(await present(execute, row)).status for row in rows] == [
        "CANCELLED", "UNKNOWN", "SENT", "CANCELLED", "CANCELLED",
    ]  # fmt: skip


async def test_each_that_cannot_be_is_named_and_the_others_go(execute: Execute, talk: Conversation) -> None:
    stranger = await a_user(execute.database)
    hers = known(stranger, "Bo")
    theirs = opened(hers, 1)
    left = account(execute.owner, "left", status="DISCONNECTED")
    lonely = known(execute.owner, "Cy", creator_account_id=left.id)
    gone = known(execute.owner, "Di", creator_account_id=talk.creator_account_id, deleted_at=minute(1))
    quiet, closed = opened(lonely, 1), opened(gone, 1)
    await store(execute.database, hers, theirs, left, lonely, gone, quiet, closed)
    good, sent, foreign = written(talk, "a", 1, **FAILURE), written(talk, "b", 1), written(theirs, "c", 1, **FAILURE)
    waiting = written(talk, "d", 1, status="QUEUED")
    received = written(talk, "e", 1, direction="IN")
    unconnected, tombstone = written(quiet, "f", 1, **FAILURE), written(closed, "g", 1, **FAILURE)
    await store(execute.database, good, sent, foreign, waiting, received, unconnected, tombstone)
    found, errors = await retry(
        execute, sent, foreign, "no id", ids.encode("Message", uuid4()), ids.encode("Fan", good.id), "", waiting,
        received, unconnected, good, tombstone, good,
    )  # fmt: skip
    assert [(each["id"], each["status"]) for each in found] == [(ids.encode("Message", good.id), "QUEUED")]
    assert sorted(errors, key=lambda error: int(error[1][1])) == [
        ("CONFLICT", ["ids", "0"]),
        *(("NOT_FOUND", ["ids", str(place)]) for place in (1, 2, 3, 4, 5)),
        ("CONFLICT", ["ids", "6"]),
        ("CONFLICT", ["ids", "7"]),
        ("NOT_CONNECTED", ["ids", "8"]),
        ("CONFLICT", ["ids", "10"]),
    ]
    assert await in_queue(execute) == [str(good.id)]
    for untouched in (sent, foreign, waiting, received, unconnected, tombstone):
        assert (await present(execute, untouched)).version == 1


@pytest.mark.parametrize(
    ("given", "rule"),
    [({}, "exactly_one"), ({"ids": ["x"], "campaignId": "y"}, "exactly_one"), ({"ids": ["x"] * 101}, "max_items")],
)
async def test_broken_rules_are_named(execute: Execute, given: dict[str, Any], rule: str) -> None:
    answer = (await execute(RETRY, **given))["retryMessages"]
    assert answer["messages"] == []
    [error] = answer["errors"]
    assert (error["code"], error["rule"], error["path"]) == ("INVALID_INPUT", rule, ["ids"])


async def test_nothing_asked_for_is_nothing_done(execute: Execute) -> None:
    assert await retry(execute, ids=[]) == ([], [])


async def test_two_at_once_queue_it_once(execute: Execute, talk: Conversation) -> None:
    rows = [written(talk, f"{n}", n, **FAILURE) for n in range(5)]
    await store(execute.database, *rows)
    turns = await asyncio.gather(*(retry(execute, *order) for order in (rows, rows[::-1], rows)))
    assert sorted(len(found) for found, _ in turns) == [0, 0, 5]
    assert sorted(len(errors) for _, errors in turns) == [0, 5, 5]
    assert {code for _, errors in turns for code, _ in errors} == {"CONFLICT"}
    assert await in_queue(execute) == sorted(str(row.id) for row in rows)


async def test_the_sweeper_leaves_what_was_just_put_back_to_the_queue(execute: Execute, talk: Conversation) -> None:
    """However long ago it was written; and finds it once nobody has queued it."""
    fresh = written(talk, "fresh", 1, status="PENDING", created_at=minute(1))
    forgotten = written(talk, "forgotten", 1, status="PENDING", created_at=minute(1), updated_at=minute(2))
    await store(execute.database, fresh, forgotten)
    found = await writing(execute.database, lambda session: messages.nobody_queued(session, 20, 100))
    assert [row.id for row in found] == [forgotten.id]


async def a_campaign(execute: Execute, talk: Conversation, status: str) -> tuple[Campaign, list[Message]]:
    """Of five: two failed, one unknown, one sent, one cancelled."""
    home = account(execute.owner, "second")
    of = campaign(home, status=status, completed_at=minute(5))
    rows = [
        written(talk, "news", n, **FAILURE | {"status": each, "campaign_id": of.id})
        for n, each in enumerate(["FAILED", "UNKNOWN", "SENT", "FAILED", "CANCELLED"])
    ]
    await store(execute.database, home, of, *rows)
    return of, rows


async def test_all_of_a_campaign_which_is_active_again(execute: Execute, talk: Conversation) -> None:
    of, rows = await a_campaign(execute, talk, "COMPLETED")
    found, errors = await retry(execute, campaignId=ids.encode("Campaign", of.id))
    assert ([each["id"] for each in found], errors) == ([ids.encode("Message", rows[n].id) for n in (0, 3)], [])
    assert await in_queue(execute) == sorted(str(rows[n].id) for n in (0, 3))
    async with execute.database.reads() as session:
        reopened = await session.get_one(Campaign, (of.user_id, of.id))
    assert (reopened.status, reopened.completed_at, reopened.version) == ("ACTIVE", None, 2)
    found, errors = await retry(execute, campaignId=ids.encode("Campaign", of.id), resendUnknown=True)
    assert ([each["id"] for each in found], errors) == ([ids.encode("Message", rows[1].id)], [])


async def test_a_cancelled_campaign_stays_cancelled(execute: Execute, talk: Conversation) -> None:
    of, rows = await a_campaign(execute, talk, "CANCELLED")
    assert await retry(execute, campaignId=ids.encode("Campaign", of.id)) == ([], [("CONFLICT", ["campaignId"])])
    assert await retry(execute, rows[0]) == ([], [("CONFLICT", ["ids", "0"])])
    assert await in_queue(execute) == []


@pytest.mark.parametrize("by_campaign", [True, False])
async def test_a_campaign_that_ends_at_that_moment_is_waited_for(
    execute: Execute, talk: Conversation, database_url: str, by_campaign: bool
) -> None:
    """Else its message would wait in a campaign that nobody sends any more."""
    of, rows = await a_campaign(execute, talk, "ACTIVE")
    asked = (
        {"campaignId": ids.encode("Campaign", of.id)} if by_campaign else {"ids": [ids.encode("Message", rows[0].id)]}
    )
    async with execute.database.writes() as session, session.begin():
        await campaigns.lock(session, of.user_id, of.id)
        task = asyncio.create_task(retry(execute, **asked))
        await eventually(lambda: waits_for_a_lock(database_url), 10, "the retry to wait")
        await campaigns.change(session, of.user_id, of.id, status="CANCELLED")
    found, errors = await task
    assert (found, [code for code, _ in errors]) == ([], ["CONFLICT"])
    assert (await present(execute, rows[0])).status == "FAILED"
    assert await in_queue(execute) == []


async def waits_for_a_lock(url: str) -> bool:
    connection = await asyncpg.connect(url)
    waiting = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    found = await connection.fetchval(waiting)
    await connection.close()
    return bool(found)


async def test_a_campaign_that_is_nobodys_is_not_found(execute: Execute, talk: Conversation) -> None:
    stranger = await a_user(execute.database)
    home = account(stranger, "hers")
    foreign = campaign(home)
    await store(execute.database, home, foreign)
    for identifier in (ids.encode("Campaign", foreign.id), ids.encode("Campaign", uuid4()), "x", ""):
        assert await retry(execute, campaignId=identifier) == ([], [("NOT_FOUND", ["campaignId"])])


class TestAQueueThatRefuses:
    @pytest.fixture
    def settings(self, settings: Settings, proxy: FaultySqs) -> Settings:
        url = settings.sqs_rate_limiter_queue_url.replace(str(settings.aws_endpoint_url_sqs), proxy.url)
        return settings.model_copy(update={"aws_endpoint_url_sqs": proxy.url, "sqs_rate_limiter_queue_url": url})

    @pytest.fixture
    async def proxy(self, queue_urls: Any) -> AsyncIterator[FaultySqs]:
        async with faulty_sqs(queue_urls.endpoint) as between:
            yield between

    async def test_what_is_refused_is_failed_again_and_named(
        self, execute: Execute, talk: Conversation, proxy: FaultySqs
    ) -> None:
        rows = [written(talk, f"{n}", n, **FAILURE) for n in range(3)]
        await store(execute.database, *rows)
        proxy.faults.append(refuses_entries("InvalidMessageContents", True, 1))
        found, errors = await retry(execute, *rows)
        assert [each["status"] for each in found] == ["QUEUED", "FAILED", "QUEUED"]
        assert found[1]["delivery"] == {"failureReason": "service temporarily unavailable"}
        assert errors == [("QUEUE_UNAVAILABLE", ["ids", "1"])]
        assert await in_queue(execute) == sorted(str(rows[n].id) for n in (0, 2))

    async def test_what_may_have_arrived_is_not_called_failed(
        self, execute: Execute, talk: Conversation, proxy: FaultySqs
    ) -> None:
        """Else it would be sent with a new key the next time, and twice."""
        row = written(talk, "again", 1, **FAILURE | {"status": "UNKNOWN", "unknown_since": minute(1)})
        await store(execute.database, row)
        proxy.faults.append(refuses_entries("InvalidMessageContents", True, 0))
        [answer], errors = await retry(execute, row, resendUnknown=True)
        assert (answer["status"], errors) == ("UNKNOWN", [("QUEUE_UNAVAILABLE", ["ids", "0"])])
        assert await retry(execute, row) == ([], [("CONFLICT", ["ids", "0"])])
        assert (await present(execute, row)).platform_key == "first key"

    async def test_of_a_campaign_it_is_told_once(self, execute: Execute, talk: Conversation, proxy: FaultySqs) -> None:
        of, _ = await a_campaign(execute, talk, "ACTIVE")
        proxy.faults.append(refuses_entries("InvalidMessageContents", True, 0, 1))
        found, errors = await retry(execute, campaignId=ids.encode("Campaign", of.id))
        assert [each["status"] for each in found] == ["FAILED", "FAILED"]
        assert errors == [("QUEUE_UNAVAILABLE", ["campaignId"])]


class TestSwitchedOff:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(update={"rate_limiter_enabled": False})

    async def test_nothing_is_put_back(self, execute: Execute, talk: Conversation) -> None:
        row = written(talk, "again", 1, **FAILURE)
        await store(execute.database, row)
        assert await retry(execute, row) == ([], [("SENDING_DISABLED", None)])
        assert (await present(execute, row)).version == 1
