"""Statements that are asked for every message: written as expressions, compiled once, and given to the driver itself.

SQLAlchemy's own execution costs four times the CPU of the driver's (decision 33). Within a unit of work a kept
statement goes to the driver, in the same transaction as everything else; in any other session it goes the usual way.
The guard of owners reads it once, when it is compiled, wherever the product runs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache, cached_property
from typing import Any, TypeVar

from sqlalchemy import BindParameter, Dialect, inspect
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import class_mapper

from db.driver import words_of_sqlalchemy
from db.engine import ReadSession
from db.models import Base
from db.owner_guard import crossing, refuse_unbound

ModelT = TypeVar("ModelT", bound=Base)
Row = Sequence[Any]
Convert = Callable[[Any], Any] | None
Parameter = Callable[[Mapping[str, Any]], Any]
DIALECT: Dialect = postgresql.asyncpg.dialect()  # type: ignore[no-untyped-call]


class Kept:
    """A statement on columns of tables whose parameters are all named. `crosses`: it crosses owners by this name."""

    def __init__(self, build: Callable[[], Any], crosses: str | None = None) -> None:
        self._build = build
        self._options = crossing(crosses) if crosses else {}

    async def rows(self, session: ReadSession, **values: Any) -> Sequence[Row]:
        """All rows; none for a statement that returns nothing."""
        if session.driver is None:
            result: Any = await session.execute(self.statement, values, execution_options=self._options)
            return result.all() if _returns(self.statement) else []
        text, parameters, converts = self._compiled
        given = [parameter(values) for parameter in parameters]
        with words_of_sqlalchemy(text):
            found: Sequence[Row] = await session.driver.fetch(text, *given)
        return _converted(found, converts) if converts else found

    async def row(self, session: ReadSession, **values: Any) -> Row | None:
        """The first row."""
        found = await self.rows(session, **values)
        return found[0] if found else None

    async def value(self, session: ReadSession, **values: Any) -> Any:
        """The first column of the first row; None where there is no row."""
        found = await self.rows(session, **values)
        return found[0][0] if found else None

    @cached_property
    def statement(self) -> Any:
        return self._build()

    @cached_property
    def _compiled(self) -> tuple[str, list[Parameter], dict[int, Callable[[Any], Any]]]:
        if not self._options:
            refuse_unbound(self.statement)
        compiled = self.statement.compile(dialect=DIALECT)
        if compiled.insert_prefetch or compiled.update_prefetch:
            raise TypeError("a kept statement names every value itself")
        text, names = _written_out(compiled)
        types = [column.type for column in self.statement.exported_columns] if _returns(self.statement) else []
        converts = {place: convert for place, each in enumerate(types) if (convert := _out(each))}
        return text, [_parameter(compiled.binds[name]) for name in names], converts


def kept(build: Callable[[], Any]) -> Kept:
    """Decorates the function that builds the statement."""
    return Kept(build)


def kept_crossing(name: str) -> Callable[[Callable[[], Any]], Kept]:
    """As `kept`, for a statement that is listed as crossing owners."""
    return lambda build: Kept(build, name)


def _returns(statement: Any) -> bool:
    return statement.is_select or bool(statement._returning)


def _written_out(compiled: Any) -> tuple[str, list[str]]:
    """The text with its constants in it, and the names of the parameters that are left, in order.

    A plan for any parameters can use a partial index only where the constant of its condition is in the text; else the
    server plans the statement anew each time.
    """
    lists = {compiled.bind_names[bind] for bind in compiled.post_compile_params}
    numbered = [name for name in compiled.positiontup if name not in lists]
    names: list[str] = []

    def replaced(found: re.Match[str]) -> str:
        if found["list"]:
            bind = compiled.binds[found["list"]]
            return ", ".join(_literal(bind.type, value) for value in bind.value)
        name = numbered[int(found["number"]) - 1]
        bind = compiled.binds[name]
        if not bind.required:
            return _literal(bind.type, bind.value)
        if name not in names:
            names.append(name)
        return f"${names.index(name) + 1}"

    return PLACE.sub(replaced, compiled.string), names


PLACE = re.compile(r"\$(?P<number>\d+)|__\[POSTCOMPILE_(?P<list>\w+)[^]]*\]")


def _literal(column_type: Any, value: Any) -> str:
    if value is None:
        return "NULL"
    written: str = column_type.dialect_impl(DIALECT).literal_processor(DIALECT)(value)
    return written


def _parameter(bind: BindParameter[Any]) -> Parameter:
    name, convert = bind.key, bind.type.dialect_impl(DIALECT).bind_processor(DIALECT)
    if convert is None:
        return lambda values: values[name]
    return lambda values: convert(values[name])


def _out(column_type: Any) -> Convert:
    convert: Convert = column_type.dialect_impl(DIALECT).result_processor(DIALECT, None)
    return convert


def _converted(rows: Sequence[Row], converts: Mapping[int, Callable[[Any], Any]]) -> Sequence[Row]:
    found = [list(row) for row in rows]
    for row in found:
        for place, convert in converts.items():
            row[place] = convert(row[place])
    return found


@cache
def columns(model: type[Base]) -> tuple[Any, ...]:
    """What of a model's table is loaded, in order, for the select list or the RETURNING of a kept statement."""
    return tuple(each.columns[0] for each in inspect(model).column_attrs if not each.deferred)


@cache
def _keys(model: type[Base]) -> tuple[str, ...]:
    return tuple(each.key for each in inspect(model).column_attrs if not each.deferred)


def made(model: type[ModelT], row: Row, begin: int = 0) -> ModelT:
    """An object, of no session, from its `columns` in a row; made as a session makes what it loads."""
    found = class_mapper(model).class_manager.new_instance()
    found.__dict__.update(zip(_keys(model), row[begin:], strict=False))
    return found


__all__ = ["Kept", "Row", "columns", "kept", "kept_crossing", "made"]
