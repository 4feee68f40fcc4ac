"""What the product says of the time a message leaves is what happens, when nothing changes.

A minute is ten seconds here, so that the machine's own noise is small against it. How late a worker was beyond what the
limiter allowed, and how long each call took, is not what an estimate can know: so the estimates are compared with the
limiter's own arithmetic over the calls as they really went, and the arrivals with that.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update

from db.engine import Database, WriteSession
from db.models import Attempt, Campaign, CreatorAccount, Lane, Message
from db.owner_guard import crossing
from schema import ids
from services.pacing.limit import Grant, Kind, Limit, Slot, SlotLog
from services.pacing.slots import slot_of
from services.runtime.resources import limit_of
from services.runtime.settings import Settings
from services.sending.estimate import Estimates
from tests.flows.graphql_client import GraphQLClient
from tests.flows.product import Product, running_product
from tests.stored import campaign, conversation, fan, message, opened, reading, store, writing
from tests.waiting import eventually

SCALE = {"rate_limit_window_seconds": 10.0, "rate_limit_min_gap_seconds": 0.5}
CALL_SECONDS = 0.2
WARM_UP = 3
WRITING, ASKING = timedelta(minutes=5), timedelta(seconds=5)
"""Nobody sends meanwhile."""
TINY = timedelta(milliseconds=50)
ESTIMATES = """query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Message {
  id delivery { waitReason estimatedSendTime } } } queueStatus { estimatedTimeSeconds backlog { nextSendAt } } }"""


@dataclass
class Line:
    """One account, and what waits on it: so many replies and so many messages of each of some campaigns."""

    name: str
    replies: int
    campaigns: Sequence[int]
    account: CreatorAccount | None = None
    rows: list[Message] = field(default_factory=list)
    wholes: list[Campaign] = field(default_factory=list)


LINES = (
    ("replies alone", 14, ()),
    ("a campaign alone", 0, (10,)),
    ("replies and two campaigns", 5, (3, 4)),
)


async def test_estimates_given_at_the_start_come_true(settings: Settings) -> None:
    async with running_product(settings.model_copy(update=SCALE)) as product:
        url = product.settings.database_url.get_secret_value()
        async with opened(url) as database:
            limit, mia = limit_of(product.settings), product.client()
            await product.sandbox.fault("delay", seconds=CALL_SECONDS, count=1_000)
            lines = [Line(*each) for each in LINES]
            for number, line in enumerate(lines):
                await warmed_up(product, mia, database, line, number)
            await eventually(lambda: delivered(product, WARM_UP * len(lines)), 60, "the first calls")
            await blocked(database, WRITING)
            for line in lines:
                await written(database, line)
            begin = await blocked(database, ASKING)
            told, status = await asked(mia, [row for line in lines for row in line.rows])
            asked_at = datetime.now(UTC)
            ends = await campaign_ends(database, limit, lines)
            total = sum(len(line.rows) for line in lines) + WARM_UP * len(lines)
            await eventually(lambda: delivered(product, total), 120, "all arrivals")
            await eventually(lambda: all_recorded(database, total), 30, "all outcomes")
            attempts = [await attempts_of(database, line) for line in lines]

    lasts = []
    for line, made in zip(lines, attempts, strict=True):
        lasts.append(compare(limit, begin, line, made, told, ends))
    # The longest line decides; the answer is in whole seconds, and the machine may be slower than it was.
    drained = (max(lasts) - asked_at).total_seconds()
    assert abs(status["estimatedTimeSeconds"] - drained) <= 0.25 * drained + 1
    assert datetime.fromisoformat(status["backlog"]["nextSendAt"]) == begin.replace(
        microsecond=begin.microsecond // 1000 * 1000
    )


def compare(
    limit: Limit,
    begin: datetime,
    line: Line,
    attempts: Sequence[Attempt],
    told: dict[UUID, datetime],
    ends: dict[UUID, datetime],
) -> datetime:
    """Who leaves when, within a tenth of the whole; gives the moment of the last departure."""
    before, made = attempts[:WARM_UP], attempts[WARM_UP:]
    mine = {row.id for row in line.rows}
    assert [each.message_id for each in made] == sorted(told.keys() & mine, key=lambda each: told[each])
    decided = list(as_decided(limit, begin, [slot_of(each) for each in before], made))
    usual = sum((took(each) for each in before), timedelta(0)) / len(before)
    allowed = (decided[-1] - begin) / 10
    for moment, attempt in zip(decided, made, strict=True):
        assert abs(told[attempt.message_id] - moment) <= allowed, line.name
        assert attempt.reserved_at >= moment - TINY
        # Calls that took longer or less long than those before could not be known.
        allowed += abs(took(attempt) - usual)
    for whole in line.wholes:
        of_it = {row.id for row in line.rows if row.campaign_id == whole.id}
        last = max(moment for moment, attempt in zip(decided, made, strict=True) if attempt.message_id in of_it)
        assert abs(ends[whole.id] - usual - last) <= allowed
    return decided[-1]


def took(attempt: Attempt) -> timedelta:
    assert attempt.finished_at is not None
    return attempt.finished_at - attempt.reserved_at


def as_decided(limit: Limit, begin: datetime, slots: Sequence[Slot], made: Sequence[Attempt]) -> Iterator[datetime]:
    """What the limiter would have decided, had each call been claimed at once and taken as long as it did."""
    log, now = SlotLog(limit, slots), begin
    waiting = {kind: sum(each.campaign is (kind is Kind.CAMPAIGN) for each in made) for kind in Kind}
    for attempt in made:
        while not isinstance(
            decision := log.decide(now, reply_waits=waiting[Kind.REPLY] > 0, campaign_waits=waiting[Kind.CAMPAIGN] > 0),
            Grant,
        ):
            assert decision is not None
            now = decision.until
        yield now
        waiting[decision.kind] -= 1
        end = now + took(attempt)
        log.add(Slot(now, end, decision.kind is Kind.CAMPAIGN))
        now = end


async def warmed_up(product: Product, mia: GraphQLClient, database: Database, line: Line, number: int) -> None:
    """A few messages before, so that the product knows how long calls take."""
    account = await product.connect(mia, f"acct_{number}")
    someone = await product.fan(mia, f"fan{number}", accountId=account, platformFanId=f"p{number}")
    for place in range(WARM_UP):
        assert (await product.send(mia, fanId=someone, text=f"before {number} {place}"))["errors"] == []
    query = select(CreatorAccount).where(CreatorAccount.account_id == f"acct_{number}")
    async with database.reads() as session:
        line.account = await session.scalar(query, execution_options=crossing("the account behind a platform id"))


async def blocked(database: Database, so_long: timedelta) -> datetime:
    """Nobody sends before this moment, as after a 429."""

    async def block(session: WriteSession) -> datetime:
        until: datetime | None = await session.scalar(select(func.clock_timestamp() + so_long))
        await session.execute(update(Lane).values(due_at=until, blocked_until=until))
        assert until is not None
        return until

    return await writing(database, block)


async def written(database: Database, line: Line) -> None:
    """The replies, then the campaigns one after the other; each in a conversation of its own."""
    account = line.account
    assert account is not None
    line.wholes = [campaign(account) for _ in line.campaigns]
    await store(database, *line.wholes)
    of_campaigns = [whole for whole, count in zip(line.wholes, line.campaigns, strict=True) for _ in range(count)]
    for number, whole in enumerate([*[None] * line.replies, *of_campaigns]):
        someone = fan(account.user_id, account.id, platform_fan_id=f"{account.account_id}-{number}")
        talk = conversation(someone)
        row = message(talk, text=f"{line.name} {number}", campaign_id=whole and whole.id)
        line.rows.append(row)
        await store(database, someone, talk, row)


async def asked(mia: GraphQLClient, rows: Sequence[Message]) -> tuple[dict[UUID, datetime], dict[str, Any]]:
    """When each message will leave, as clients are told, and the status of the queue."""
    of = {ids.encode("Message", row.id): row.id for row in rows}
    answer = await mia.run(ESTIMATES, {"ids": list(of)})
    assert {node["delivery"]["waitReason"] for node in answer["nodes"]} == {"PLATFORM_BACKOFF"}
    told = {of[node["id"]]: datetime.fromisoformat(node["delivery"]["estimatedSendTime"]) for node in answer["nodes"]}
    return told, answer["queueStatus"]


async def campaign_ends(database: Database, limit: Limit, lines: Sequence[Line]) -> dict[UUID, datetime]:
    account = lines[0].account
    assert account is not None
    wholes = [whole.id for line in lines for whole in line.wholes]
    return await Estimates(database, limit, enabled=True).campaign_ends(account.user_id, wholes)


async def delivered(product: Product, count: int) -> bool:
    return await product.sandbox.delivered() == count


async def all_recorded(database: Database, count: int) -> bool:
    query = select(func.count()).select_from(Attempt).where(Attempt.state == "done")
    return count == await reading(
        database, lambda session: session.scalar(query, execution_options=crossing("attempts of a lane"))
    )


async def attempts_of(database: Database, line: Line) -> list[Attempt]:
    account = line.account
    assert account is not None
    query = select(Attempt).where(Attempt.user_id == account.user_id, Attempt.account_id == account.account_id)
    found = await reading(database, lambda session: session.scalars(query.order_by(Attempt.reserved_at)))
    return list(found)
