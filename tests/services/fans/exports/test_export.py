"""Exports: complete, in order, in constant memory; and a file that comes back changes nothing."""

from __future__ import annotations

import csv
import io
import random
import tracemalloc
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from db.models import Fan
from db.queries.fan_lists import FanOrder
from services.fans import handles
from services.fans.exports import export
from services.fans.exports.export import Exports
from services.fans.exports.wanted import read, written
from services.fans.filter import FanFilter
from services.fans.indexing import searchable
from tests.services.fans.imports.conftest import desk
from tests.services.fans.imports.imported import Desk, counts
from tests.stored import LONG_AGO, a_user, account, fan, store

__all__ = ["desk"]


async def whole(blocks: AsyncIterator[bytes]) -> bytes:
    return b"".join([block async for block in blocks])


async def exported(desk: Desk, wanted: FanFilter | None = None, order: FanOrder | None = None, **options: Any) -> bytes:
    exports = Exports(desk.database)
    return await whole(
        exports.fans(desk.owner, wanted or FanFilter(), order or FanOrder(), **{"excel": False} | options)
    )


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


def known(owner: UUID, name: str, **values: Any) -> Fan:
    row = fan(owner, name=name, **values)
    row.handle_key = row.handle and handles.key(row.handle)
    row.search = searchable(row)
    return row


async def test_an_empty_export_has_its_header(desk: Desk) -> None:
    header = b"Username,Display Name,Email,Subscription Tier,Total Spent,Last Seen,Platform,Creator Account\r\n"
    assert await exported(desk) == header
    assert await exported(desk, FanFilter(search="...")) == header
    assert await exported(desk, excel=True) == b"\xef\xbb\xbf" + header


async def test_every_living_fan_of_the_owner_once_and_in_order(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "PAGE", 3)
    stranger = await a_user(desk.database)
    made = [
        known(
            desk.owner, f"fan {n:02}", value_cents=n % 4, created_at=LONG_AGO + timedelta(days=n), tags=["vip"][n % 2 :]
        )
        for n in range(10)
    ]
    gone = known(desk.owner, "gone", deleted_at=LONG_AGO)
    await store(desk.database, *made, gone, known(stranger, "foreign"))
    names = [f"fan {n:02}" for n in range(10)]
    assert [row["Display Name"] for row in rows(await exported(desk))] == names[::-1]
    by_name = await exported(desk, order=FanOrder("NAME", descending=False))
    assert [row["Display Name"] for row in rows(by_name)] == names
    by_value = rows(await exported(desk, order=FanOrder("VALUE_CENTS")))
    assert [row["Total Spent"] for row in by_value] == sorted((row["Total Spent"] for row in by_value), reverse=True)
    assert {row["Display Name"] for row in by_value} == set(names)
    some = rows(await exported(desk, FanFilter(tags=("vip",), min_value_cents=2), FanOrder("NAME", descending=False)))
    assert [row["Display Name"] for row in some] == ["fan 02", "fan 06"]


async def test_a_fan_who_is_added_meanwhile_shifts_nobody(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "PAGE", 2)
    await store(desk.database, *[known(desk.owner, f"fan {n}") for n in range(6)])
    blocks = Exports(desk.database).fans(desk.owner, FanFilter(), FanOrder(), excel=False)
    found = [await anext(blocks), await anext(blocks)]
    await store(desk.database, known(desk.owner, "new"))
    found += [block async for block in blocks]
    assert [row["Display Name"] for row in rows(b"".join(found))] == [f"fan {n}" for n in range(5, -1, -1)]


ODD = [
    "=1+1",
    "'=1",
    "-",
    "a;b",
    'say "hi"',
    "two\nlines",
    "  ",
    "\u674e\u96f7",
    "\U0001f98a fox",
    "x,y",
    "''@z",
    "tab\there",
]


async def test_a_file_that_comes_back_changes_nothing(desk: Desk) -> None:
    home = account(desk.owner)
    await store(desk.database, home, account(desk.owner, "of", platform="ONLYFANS"))
    dice = random.Random(7)
    made = []
    for number, odd in enumerate(ODD * 3):
        name = odd.strip() or "blank"
        made.append(
            known(
                desk.owner, name if number % 3 else f"{name} {number}", creator_account_id=home.id,
                handle=f"@{'=+-'[number % 3]}fan{number}" if number % 4 else None,
                email=f"+{number}@x.com" if number % 3 else None,
                tags=[each.strip() for each in dice.sample(ODD, number % 5) if each.strip()],
                value_cents=dice.randrange(10**9),
                last_seen_at=LONG_AGO + timedelta(microseconds=dice.randrange(10**15)),
            )
        )  # fmt: skip
    await store(desk.database, *made)
    before = [(each.id, each.version) for each in await desk.fans()]
    content = await exported(desk)
    for policy in ("SKIP", "UPDATE"):
        row = await desk.imported(content, on_duplicate=policy)
        assert counts(row) == (len(made), 0, 0, len(made), 0), await desk.problems(row)
        assert row.warnings == []
    assert [(each.id, each.version) for each in await desk.fans()] == before


async def test_a_file_makes_the_same_fans_for_somebody_else(desk: Desk) -> None:
    text = 'robin,Robin,r@x.com,VIP;"a;b","$1,234.56",2025-11-01T10:00:00.5Z\n,=Kim,,,,\n'
    await desk.imported(text.replace('VIP;"a;b"', '"VIP;""a;b"""'))
    content = await exported(desk, excel=True)
    other = Desk(desk.resources, await a_user(desk.database))
    assert counts(await other.imported(content)) == (2, 2, 0, 0, 0)

    def shown(each: Fan) -> tuple[Any, ...]:
        return each.name, each.handle, each.email, each.tags, each.value_cents, each.last_seen_at, each.platform

    assert sorted(map(shown, await desk.fans()), key=str) == sorted(map(shown, await other.fans()), key=str)
    assert [each.tags for each in await other.fans() if each.handle] == [["VIP", "a;b"]]


async def test_failed_rows_are_mended_and_come_back(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "PAGE", 2)
    row = await desk.imported("=robin,Robin,no,,,\nkim,Kim,k@x.com,,free,\nlee,Lee,,,,\n-sam,,,,(5),never\n")
    assert counts(row) == (4, 1, 0, 0, 3)
    content = await whole(Exports(desk.database).failed_rows(desk.owner, row.id))
    found = rows(content)
    assert [each["Username"] for each in found] == ["'=robin", "kim", "'-sam"]
    assert [each["Reason"] for each in found] == [
        "Email: It is not an e-mail address.",
        "Total Spent: It is not an amount of money.",
        "Total Spent: It is less than nothing; what a fan has spent in all cannot be.; Last Seen: Write a date like "
        "2025-11-01 or 11/01/2025 (month first), with or without time and zone.",
    ]
    mended = content.replace(b"Robin,no,", b"Robin,r@x.com,").replace(b",free,", b",12.00,")
    again = await desk.imported(mended)
    assert (counts(again), again.warnings) == ((3, 2, 0, 0, 1), [])
    assert sorted(each.handle or "" for each in await desk.fans()) == ["@=robin", "@kim", "@lee"]
    assert await whole(Exports(desk.database).failed_rows(await a_user(desk.database), row.id)) == b""


async def test_the_memory_of_an_export_does_not_grow_with_its_length(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "PAGE", 50)
    await store(desk.database, *[known(desk.owner, f"fan {n}" + "x" * 150, notes="y" * 5000) for n in range(400)])

    async def peak(wanted: FanFilter) -> int:
        tracemalloc.reset_peak()
        before, _ = tracemalloc.get_traced_memory()
        async for _block in Exports(desk.database).fans(desk.owner, wanted, FanOrder(), excel=False):
            pass
        return tracemalloc.get_traced_memory()[1] - before

    await exported(desk)
    tracemalloc.start()
    try:
        few = await peak(FanFilter(search="fan 3"))
        assert await peak(FanFilter()) < 2 * few + 1_000_000
    finally:
        tracemalloc.stop()


def test_what_is_wanted_survives_as_json() -> None:
    wanted = FanFilter(
        search="robin", tags=("a", "b"), platform="SANDBOX", account_ids=(UUID(int=1),), min_value_cents=1,
        max_value_cents=2, seen_after=datetime(2026, 1, 1, tzinfo=UTC), seen_before=datetime(2026, 2, 1, tzinfo=UTC),
    )  # fmt: skip
    order = FanOrder("NAME", descending=False)
    assert read(written(wanted, order, excel=True)) == (wanted, order, True)
    nobody = FanFilter(account_ids=())
    assert read(written(nobody, FanOrder(), excel=False)) == (nobody, FanOrder(), False)
    assert read(written(FanFilter(), FanOrder(), excel=False)) == (FanFilter(), FanOrder(), False)
