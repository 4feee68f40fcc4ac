"""Kept statements: the same rows by the driver as by SQLAlchemy, within one transaction, and guarded."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import bindparam, func, insert, inspect, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from db import queries
from db.engine import Database
from db.kept import Kept, columns, kept, kept_crossing, made
from db.models import Conversation, CreatorAccount, Fan, Message, Payment, new_id
from db.models.base import table_of
from db.owner_guard import OwnerNotBound
from db.queries import messages
from tests.statements import counted
from tests.stored import a_user, account, conversation, fan, message, reading, store, transactions


def all_kept() -> Iterator[Any]:
    for found in pkgutil.iter_modules(queries.__path__):
        for name, each in vars(importlib.import_module(f"db.queries.{found.name}")).items():
            if isinstance(each, Kept):
                yield pytest.param(each, id=f"{found.name}{name}")


@kept
def _message() -> Any:
    return select(*columns(Message)).where(Message.user_id == bindparam("owner"), Message.id == bindparam("message"))


@kept
def _hers() -> Any:
    found = (Message.user_id == bindparam("owner"), Message.status.in_(("QUEUED", "it's", "SENT")))
    return select(Message.id, Message.created_at + bindparam("later")).where(*found).limit(1)


@pytest.mark.parametrize("statement", list(all_kept()))
async def test_the_server_understands_every_kept_statement(database: Database, statement: Kept) -> None:
    text_of_it, _, _ = statement._compiled
    async with transactions(database)() as work:
        assert work.session.driver is not None
        await work.session.driver.prepare(text_of_it)


@pytest.mark.parametrize("model", [Conversation, CreatorAccount, Fan, Message, Payment])
def test_columns_and_attributes_are_in_one_order(model: Any) -> None:
    names = [column.name for column in columns(model)]
    found = made(model, names)
    told = {each.columns[0].name: getattr(found, each.key) for each in inspect(model).column_attrs if not each.deferred}
    assert told == {name: name for name in names}


async def test_both_ways_give_the_same_object(database: Database) -> None:
    owner = await a_user(database)
    robin = fan(owner, tags=["a", "b"])
    talk = conversation(robin)
    told = message(talk, request={"body": {"text": "Zoë \u2028"}}, attachments=[{"url": "x"}], price_cents=500)
    await store(database, robin, talk, told)
    values = {"owner": owner, "message": told.id}

    usual = await reading(database, lambda session: _message.row(session, **values))
    async with transactions(database)() as work:
        with counted(database) as statements:
            driven = await _message.row(work.session, **values)
        assert len(statements) == 1
        pair = await messages.lock_if_free(work.session, owner, told.id)

    assert usual is not None
    assert driven is not None
    assert list(usual) == list(driven)
    assert made(Message, driven).request == {"body": {"text": "Zoë \u2028"}}
    assert pair is not None
    assert (pair[0].id, pair[1].id, pair[1].tags) == (told.id, robin.id, ["a", "b"])


async def test_constants_are_in_the_text_and_values_are_not() -> None:
    sql, parameters, _ = _hers._compiled

    assert "IN ('QUEUED', 'it''s', 'SENT')" in sql
    assert "LIMIT 1" in sql
    assert [each({"owner": 1, "later": 2}) for each in parameters] == [2, 1]
    assert "$3" not in sql


async def test_what_one_way_writes_the_other_reads_and_a_rollback_undoes_both(database: Database) -> None:
    owner = await a_user(database)
    rename = Kept(lambda: update(table_of(Fan)).where(Fan.user_id == bindparam("owner")).values(name=bindparam("to")))
    names = Kept(lambda: select(Fan.name).where(Fan.user_id == bindparam("owner")))

    async with transactions(database)() as work:
        work.session.add(fan(owner, name="Robin"))
        await work.session.flush()
        assert await names.value(work.session, owner=owner) == "Robin"
        assert await rename.rows(work.session, owner=owner, to="Kim") == []
        assert await work.session.scalar(select(Fan.name).where(Fan.user_id == owner)) == "Kim"
    with pytest.raises(ZeroDivisionError):  # noqa: PT012 - it fails at the end of the unit of work
        async with transactions(database)() as work:
            await rename.rows(work.session, owner=owner, to="Sam")
            1 / 0  # noqa: B018 - it only has to fail
    async with transactions(database)() as work:
        await rename.rows(work.session, owner=owner, to="Max")
        await work.abandon()

    assert await reading(database, lambda session: names.value(session, owner=owner)) == "Kim"
    assert await reading(database, lambda session: names.rows(session, owner=new_id())) == []


async def test_an_unbound_owner_is_refused_wherever_the_product_runs(database: Database) -> None:
    unbound, ghost = Kept(lambda: select(Fan.name)), kept_crossing("attempts of a lane")(lambda: select(Fan.name))
    async with transactions(database)() as work:
        with pytest.raises(OwnerNotBound):
            await unbound.rows(work.session)
        assert await ghost.rows(work.session) == []
    with pytest.raises(ValueError, match="not a listed"):
        kept_crossing("whatever")(lambda: select(Fan.name))


async def test_a_value_that_sqlalchemy_would_make_itself_is_missed(database: Database) -> None:
    careless = Kept(lambda: insert(table_of(Fan)).values(user_id=bindparam("owner"), name="x"))
    async with transactions(database)() as work:
        with pytest.raises(TypeError):
            await careless.rows(work.session, owner=new_id())


async def test_errors_come_in_the_words_of_sqlalchemy_without_values(database: Database) -> None:
    owner = await a_user(database)
    twice = Kept(
        lambda: (
            insert(table_of(CreatorAccount))
            .values({each.key: bindparam(f"its_{each.key}") for each in columns(CreatorAccount)})
            .returning(CreatorAccount.id)
        )
    )
    mia = account(owner)
    await store(database, mia)
    values = {f"its_{each.key}": getattr(mia, each.key) for each in columns(CreatorAccount)}

    with pytest.raises(IntegrityError) as taken:
        async with transactions(database)() as work:
            await twice.rows(work.session, **values)
    with pytest.raises(DBAPIError) as cancelled:
        await _until_cancelled(database)

    assert str(mia.account_id) not in str(taken.value.statement)
    assert getattr(cancelled.value.orig, "sqlstate", None) == "57014"
    assert await reading(database, lambda session: session.scalar(select(1))) == 1


async def _until_cancelled(database: Database) -> None:
    async with transactions(database)() as work:
        await work.session.execute(select(func.set_config("statement_timeout", "10", True)))
        await Kept(lambda: select(func.pg_sleep(30))).rows(work.session)
