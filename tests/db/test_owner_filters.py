"""Every query that takes an owner binds her, and the guard would tell if somebody dropped that."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, get_type_hints
from uuid import UUID

import pytest
from sqlalchemy import Delete, Select, Update, true
from sqlalchemy.sql import operators, visitors
from sqlalchemy.sql.elements import BinaryExpression, BindParameter

from db import queries
from db.models import new_id
from db.owner_guard import OPTION
from db.owner_scopes import unbound
from db.queries.keyset import Window
from tests.stored import LONG_AGO

MADE_UP: dict[Any, Any] = {
    str: "x",
    str | None: "x",
    int: 3,
    float: 3.0,
    bool: True,
    bytes: b"x",
    UUID: new_id(),
    UUID | None: new_id(),
    datetime: LONG_AGO,
    timedelta: timedelta(seconds=3),
    Window: Window(3),
}


def value_for(annotation: Any) -> Any:
    if getattr(annotation, "__args__", None) == (UUID,):
        return [new_id()]
    return [] if getattr(annotation, "__args__", None) == (str,) else MADE_UP.get(annotation, inspect.Parameter.empty)


def arguments_of(query: Callable[..., Any]) -> dict[str, Any] | None:
    """Something for each parameter; None where a type is not known here."""
    hints, given = get_type_hints(query), {}
    for name, parameter in list(inspect.signature(query).parameters.items())[1:]:
        if parameter.kind in {parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD}:
            continue
        given[name] = value_for(hints[name])
        if given[name] is inspect.Parameter.empty:
            return None
    return given


def owned_queries() -> Iterator[Any]:
    for found in pkgutil.iter_modules(queries.__path__):
        module = importlib.import_module(f"db.queries.{found.name}")
        for name, query in inspect.getmembers(module, inspect.iscoroutinefunction):
            mine = query.__module__ == module.__name__ and "owner" in inspect.signature(query).parameters
            if mine and arguments_of(query) is not None:
                yield pytest.param(query, id=f"{found.name}.{name}")


class Nothing(list[Any]):
    """A result without rows, but with a first row, of as many columns, for those who count."""

    def __init__(self, columns: int = 2) -> None:
        super().__init__()
        self._columns = columns

    def all(self) -> list[Any]:
        return []

    def one(self) -> tuple[int, ...]:
        return (0,) * self._columns

    def scalar_one(self) -> int:
        return 0

    def one_or_none(self) -> None:
        return None


class Recording:
    """A session that executes nothing and keeps what it was asked, but for the statements listed as crossing."""

    driver = None

    def __init__(self) -> None:
        self.statements: list[Any] = []

    async def execute(self, statement: Any, *_: Any, **options: Any) -> Nothing:
        if OPTION not in options.get("execution_options", {}):
            self.statements.append(statement)
        return Nothing(len(statement.selected_columns)) if isinstance(statement, Select) else Nothing()

    async def scalars(self, statement: Any, *_: Any, **options: Any) -> Nothing:
        return await self.execute(statement, **options)

    async def scalar(self, statement: Any, *_: Any, **options: Any) -> None:
        await self.execute(statement, **options)

    async def get(self, *_: Any, **__: Any) -> None:
        """Binds the whole primary key, and so the owner; `test_owner_guard` tries it."""


def without_owners(statement: Any) -> Any:
    """The statement with every `user_id = <value>` in it made true."""

    def drop(element: Any, **_: Any) -> Any:
        if not isinstance(element, BinaryExpression) or element.operator is not operators.eq:
            return None
        sides = (element.left, element.right)
        owner = any(getattr(side, "name", None) == "user_id" for side in sides)
        return true() if owner and any(isinstance(side, BindParameter) for side in sides) else None

    return visitors.replacement_traverse(statement, {}, drop)


@pytest.mark.parametrize("query", list(owned_queries()))
async def test_a_query_without_its_owner_filter_is_refused(query: Callable[..., Any]) -> None:
    session, given = Recording(), arguments_of(query)
    assert given is not None

    with suppress(AssertionError):  # a question that always has an answer has none here
        await query(session, **given)

    for statement in session.statements:
        assert list(unbound(statement)) == []
        if isinstance(statement, (Select, Update, Delete)):
            assert list(unbound(without_owners(statement)))


def test_nearly_all_queries_are_tried() -> None:
    assert len(list(owned_queries())) >= 30
