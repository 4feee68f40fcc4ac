"""`analytics`, exact against a recomputation that knows nothing of SQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from db.models import CreatorAccount, Fan, Message, Payment, new_id
from schema import ids
from services.fans.indexing import searchable
from tests.resolvers.in_process import Execute
from tests.stored import a_user, account, conversation, fan, message, store

ANALYTICS = """query ($filter: AnalyticsFilter, $interval: Interval!) { analytics(filter: $filter) {
  totalFans activeFans lifetimeValueCents topFans(first: 3) { id }
  totals { ...numbers } previousTotals { ...numbers } revenue(interval: $interval) { periodStart ...point } } }
  fragment numbers on RevenueTotals { revenueCents offeredCents purchases tipsCents messages }
  fragment point on RevenuePoint { revenueCents offeredCents purchases tipsCents messages }"""
FIRST, LAST = date(2026, 3, 10), date(2026, 4, 20)
ZONES = ["UTC", "Europe/Berlin", "America/Santiago", "Asia/Kathmandu"]
NOTHING = {"revenueCents": 0, "offeredCents": 0, "purchases": 0, "tipsCents": 0, "messages": 0}
EDGES = [datetime(2026, 3, 29, 0, 59, 59, tzinfo=UTC), datetime(2026, 3, 28, 23, tzinfo=UTC)]


@dataclass
class World:
    """Everything that is stored of one user."""

    accounts: list[CreatorAccount]
    fans: list[Fan]
    payments: list[Payment]
    messages: list[Message]


def build(execute: Execute, seed: int) -> World:
    random, owner = Random(seed), execute.owner
    accounts = [account(owner, "a"), account(owner, "b", platform="ONLYFANS")]
    fans = []
    for number in range(12):
        of = random.choice(accounts)
        tags = random.sample(["vip", "new"], random.randint(0, 2))
        row = fan(owner, of.id, platform=of.platform, name=f"fan {number}", tags=tags)
        row.value_cents = random.choice([0, 500, 500, 12_345])
        row.last_seen_at = random.choice([None, execute.resources.clock.now() - timedelta(days=random.choice([1, 40]))])
        row.deleted_at = random.choice([None, None, None, datetime(2026, 1, 1, tzinfo=UTC)])
        row.search = searchable(row)
        fans.append(row)
    payments = [_payment(random, random.choice(fans), number) for number in range(60)]
    messages = [_offer(random, conversation_of) for conversation_of in _talks(fans) for _ in range(5)]
    return World(accounts, fans, payments, messages)


def _talks(fans: Sequence[Fan]) -> list[Any]:
    return [conversation(each) for each in fans]


def _moment(random: Random) -> datetime:
    if random.random() < 0.2:
        return random.choice(EDGES)
    return datetime(2026, 1, 20, tzinfo=UTC) + timedelta(seconds=random.randint(0, 120 * 86_400))


def _payment(random: Random, of: Fan, number: int) -> Payment:
    kind = random.choice(["UNLOCK", "TIP", "SUBSCRIPTION"])
    return Payment(
        user_id=of.user_id,
        id=new_id(),
        creator_account_id=of.creator_account_id,
        fan_id=of.id,
        kind=kind,
        amount_cents=random.randint(1, 20_000),
        payment_key=str(number),
        platform_message_id=str(number) if kind == "UNLOCK" else None,
        paid_at=_moment(random),
    )


def _offer(random: Random, of: Any) -> Message:
    sent = random.random() < 0.8
    return message(
        of,
        price_cents=random.choice([None, 500, 2500]),
        status="SENT" if sent else "QUEUED",
        sent_at=_moment(random) if sent else None,
    )


async def stored(execute: Execute, seed: int) -> World:
    world = build(execute, seed)
    await keep(execute, world)
    return world


async def keep(execute: Execute, world: World) -> None:
    talks = {each.conversation_id: each for each in world.messages}
    rows = [_talk_of(world, each) for each in talks.values()]
    await store(execute.database, *world.accounts, *world.fans, *rows, *world.payments, *world.messages)


def _talk_of(world: World, of: Message) -> Any:
    row = conversation(next(each for each in world.fans if each.id == of.fan_id))
    row.id = of.conversation_id
    return row


def naive(
    world: World, zone: str, interval: str, first: date, last: date, chosen: set[Any]
) -> dict[date, dict[str, int]]:
    """Period by period, with the clock on the wall."""
    points: dict[date, dict[str, int]] = {}
    for number in range((last - first).days + 1):
        points.setdefault(_start(first + timedelta(days=number), interval), dict(NOTHING))
    for payment in world.payments:
        day = payment.paid_at.astimezone(ZoneInfo(zone)).date()
        if payment.fan_id in chosen and first <= day <= last and payment.kind != "SUBSCRIPTION":
            point = points[_start(day, interval)]
            point["revenueCents"] += payment.amount_cents
            point["purchases"] += payment.kind == "UNLOCK"
            point["tipsCents"] += payment.amount_cents if payment.kind == "TIP" else 0
    for offer in world.messages:
        if offer.fan_id in chosen and offer.sent_at and offer.price_cents:
            day = offer.sent_at.astimezone(ZoneInfo(zone)).date()
            if first <= day <= last:
                points[_start(day, interval)]["offeredCents"] += offer.price_cents
                points[_start(day, interval)]["messages"] += 1
    return points


def _start(day: date, interval: str) -> date:
    if interval == "WEEK":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if interval == "MONTH" else day


def summed(points: dict[date, dict[str, int]]) -> dict[str, int]:
    return {name: sum(point[name] for point in points.values()) for name in NOTHING}


@pytest.mark.parametrize("seed", range(3))
async def test_every_figure_is_what_a_naive_count_gives(execute: Execute, seed: int) -> None:
    world = await stored(execute, seed)
    for zone in ZONES:
        for interval in ("DAY", "WEEK", "MONTH"):
            for name, chosen in _selections(world).items():
                wanted = {"from": str(FIRST), "to": str(LAST), "timeZone": zone} | _filter(world, name)
                found = (await execute(ANALYTICS, filter=wanted, interval=interval))["analytics"]
                points = naive(world, zone, interval, FIRST, LAST, chosen)
                expected = [{"periodStart": str(start)} | point for start, point in sorted(points.items())]
                assert found["revenue"] == expected, (zone, interval, name)
                assert found["totals"] == summed(points)
                days = (LAST - FIRST).days + 1
                before = naive(world, zone, interval, FIRST - timedelta(days), FIRST - timedelta(1), chosen)
                assert found["previousTotals"] == summed(before)
                check_fans(execute, found, [each for each in world.fans if each.id in chosen and not each.deleted_at])


def _selections(world: World) -> dict[str, set[Any]]:
    return {
        "all": {each.id for each in world.fans},
        "tags": {each.id for each in world.fans if {"vip", "new"} <= set(each.tags)},
        "platform": {each.id for each in world.fans if each.platform == "ONLYFANS"},
        "account": {each.id for each in world.fans if each.creator_account_id == world.accounts[0].id},
        "none": set(),
    }


def _filter(world: World, name: str) -> dict[str, Any]:
    filters: dict[str, dict[str, Any]] = {
        "all": {},
        "tags": {"tags": ["vip", "new"]},
        "platform": {"platform": "ONLYFANS"},
        "account": {"accountIds": [ids.encode("CreatorAccount", world.accounts[0].id)]},
        "none": {"accountIds": []},
    }
    return filters[name]


def check_fans(execute: Execute, found: dict[str, Any], living: Sequence[Fan]) -> None:
    since = execute.resources.clock.now() - timedelta(days=30)
    assert found["totalFans"] == len(living)
    assert found["activeFans"] == sum(each.last_seen_at is not None and each.last_seen_at >= since for each in living)
    assert found["lifetimeValueCents"] == sum(each.value_cents for each in living)
    best = sorted(living, key=lambda each: (each.value_cents, each.id), reverse=True)[:3]
    assert found["topFans"] == [{"id": ids.encode("Fan", each.id)} for each in best]


async def test_a_stranger_sees_nothing_of_it(execute: Execute) -> None:
    world = await stored(execute, 0)
    eve = await a_user(execute.database)
    wanted = {"from": str(FIRST), "to": str(LAST), "accountIds": [ids.encode("CreatorAccount", world.accounts[0].id)]}
    for given in (wanted, {"from": str(FIRST), "to": str(LAST)}):
        found = (await execute(ANALYTICS, eve, filter=given, interval="MONTH"))["analytics"]
        assert (found["totalFans"], found["lifetimeValueCents"], found["topFans"]) == (0, 0, [])
        assert found["totals"] == found["previousTotals"] == NOTHING


async def test_the_statements_are_few_and_do_not_grow_with_the_periods(execute: Execute) -> None:
    for first in ("2026-04-19", "2017-04-20"):
        await execute(ANALYTICS, filter={"from": first, "to": str(LAST)}, interval="DAY")
        assert len([each for each in execute.statements if "SELECT" in each]) == 14


async def test_what_is_wrong_is_named(execute: Execute) -> None:
    error = await execute.fails(ANALYTICS, filter={"from": "2026-02-02", "to": "2026-02-01"}, interval="DAY")
    assert error.message == "`filter.from`: The first day lies after the last."
    assert error.extensions == {"code": "BAD_USER_INPUT"}
