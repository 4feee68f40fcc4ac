"""`analytics` for any fans, payments and offers, any zone, range and selection: as a naive recomputation has it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from db.models import Fan, Payment, new_id
from schema import ids
from services.fans.indexing import searchable
from tests.resolvers.in_process import Execute
from tests.resolvers.test_analytics import ANALYTICS, World, check_fans, keep, naive, summed
from tests.stored import a_user, account, conversation, fan, message

FEW = settings(
    max_examples=settings().max_examples // 7,  # a database is slow; 14, and ten times as many when searching
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # and so is making a failure smaller
    suppress_health_check=[*settings().suppress_health_check, HealthCheck.function_scoped_fixture],
)
ZONES = ("UTC", "Europe/Berlin", "America/Santiago", "Asia/Kathmandu", "Pacific/Kiritimati", "Australia/Lord_Howe")
PLATFORMS = ("SANDBOX", "ONLYFANS")
NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
TAGS = ("vip", "new", "lisbon")

tags = st.sets(st.sampled_from(TAGS))
fans = st.tuples(
    st.integers(0, 1), tags, st.sampled_from([0, 500, 12_345]), st.sampled_from([None, 1, 40]), st.booleans()
)


@dataclass(frozen=True, slots=True)
class Question:
    zone: str
    interval: str
    first: date
    last: date
    account: int | None
    platform: str | None
    tags: Collection[str]

    def takes(self, world: World, each: Fan) -> bool:
        """Whether a fan belongs to the selection."""
        of_account = self.account is None or each.creator_account_id == world.accounts[self.account].id
        return of_account and self.platform in {None, each.platform} and set(self.tags) <= set(each.tags)


questions = st.builds(
    lambda days, **given: Question(last=given["first"] + timedelta(days=days), **given),
    st.integers(0, 60),
    zone=st.sampled_from(ZONES),
    interval=st.sampled_from(["DAY", "WEEK", "MONTH"]),
    first=st.dates(date(2026, 2, 20), date(2026, 4, 10)),
    account=st.sampled_from([None, 0, 1]),
    platform=st.sampled_from([None, *PLATFORMS]),
    tags=tags,
)


def moments(asked: Question) -> st.SearchStrategy[datetime]:
    """Any, and those right at midnight of the wall clock where the range, or the one before it, begins and ends."""
    length = asked.last - asked.first + timedelta(1)
    midnights = [
        datetime.combine(day, time(), ZoneInfo(asked.zone)).astimezone(UTC)
        for day in (asked.first - length, asked.first, asked.last + timedelta(1))
    ]
    edges = [each + timedelta(microseconds=beside) for each in midnights for beside in (-1, 0)]
    any_second = st.integers(0, 180 * 86_400).map(lambda seconds: NEW_YEAR + timedelta(seconds=seconds))
    return st.sampled_from(edges) | any_second


@st.composite
def examples(draw: st.DrawFn) -> tuple[Question, dict[str, list[Any]]]:
    """A question, and what is stored when it is asked; everything is of one of the fans, by number."""
    asked = draw(questions)
    who, when = draw(st.lists(fans, min_size=1, max_size=5)), moments(asked)
    of = st.integers(0, len(who) - 1)
    paid = st.tuples(of, st.sampled_from(["UNLOCK", "TIP", "SUBSCRIPTION"]), st.integers(1, 20_000), when)
    offered = st.tuples(of, st.sampled_from([None, 500, 2_500]), st.none() | when)
    return asked, {
        "fans": who,
        "paid": draw(st.lists(paid, max_size=12)),
        "offered": draw(st.lists(offered, max_size=12)),
    }


def built(owner: UUID, now: datetime, given: dict[str, list[Any]]) -> World:
    accounts = [account(owner, f"{platform}-{owner}", platform=platform) for platform in PLATFORMS]
    rows = []
    for number, (place, carried, cents, days, deleted) in enumerate(given["fans"]):
        of = accounts[place]
        row = fan(owner, of.id, platform=of.platform, name=f"fan {number}", tags=sorted(carried), value_cents=cents)
        row.last_seen_at = None if days is None else now - timedelta(days=days)
        row.deleted_at = now if deleted else None
        row.search = searchable(row)
        rows.append(row)
    talks = [conversation(each) for each in rows]
    payments = [_payment(rows[who], number, *of) for number, (who, *of) in enumerate(given["paid"])]
    offers = [
        message(talks[who], price_cents=price, status="SENT" if at else "QUEUED", sent_at=at)
        for who, price, at in given["offered"]
    ]
    return World(accounts, rows, payments, offers)


def _payment(of: Fan, number: int, kind: str, cents: int, at: datetime) -> Payment:
    return Payment(
        user_id=of.user_id,
        id=new_id(),
        creator_account_id=of.creator_account_id,
        fan_id=of.id,
        kind=kind,
        amount_cents=cents,
        payment_key=str(number),
        platform_message_id=str(number) if kind == "UNLOCK" else None,
        paid_at=at,
    )


@FEW
@given(example=examples())
async def test_any_figures_are_what_a_naive_count_gives(
    execute: Execute, example: tuple[Question, dict[str, list[Any]]]
) -> None:
    asked, given_rows = example
    owner = await a_user(execute.database)
    world = built(owner, execute.resources.clock.now(), given_rows)
    await keep(execute, world)
    found = (await execute(ANALYTICS, owner, filter=_filter(asked, world), interval=asked.interval))["analytics"]

    chosen = {each.id for each in world.fans if asked.takes(world, each)}
    points = naive(world, asked.zone, asked.interval, asked.first, asked.last, chosen)
    assert found["revenue"] == [{"periodStart": str(start)} | point for start, point in sorted(points.items())]
    assert found["totals"] == summed(points)
    days = timedelta((asked.last - asked.first).days + 1)
    before = naive(world, asked.zone, "DAY", asked.first - days, asked.first - timedelta(1), chosen)
    assert found["previousTotals"] == summed(before)
    check_fans(execute, found, [each for each in world.fans if each.id in chosen and not each.deleted_at])


def _filter(asked: Question, world: World) -> dict[str, Any]:
    accounts = None if asked.account is None else [ids.encode("CreatorAccount", world.accounts[asked.account].id)]
    given_range = {"from": str(asked.first), "to": str(asked.last), "timeZone": asked.zone}
    return given_range | {"accountIds": accounts, "platform": asked.platform, "tags": sorted(asked.tags) or None}
