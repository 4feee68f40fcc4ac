"""The second wall between owners: a statement on an owned table must bind the owner, or it is refused.

The first wall is that every query takes the owner. This guard runs in tests and in the embedded start and reads each
statement before it is executed: every mention of an owned table needs `user_id = <value>`, directly or through
equalities with another table's `user_id`. Statements that must cross owners say so by name, and the names are listed
here. (Row-level security would do the same, but its policies keep the text indexes from being used.)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Delete, Engine, Select, TextClause, Update, event
from sqlalchemy.sql import operators, visitors
from sqlalchemy.sql.elements import BinaryExpression, BindParameter, ClauseElement, ColumnClause
from sqlalchemy.sql.schema import Table
from sqlalchemy.sql.selectable import Alias, FromClause

CROSSES_OWNERS = frozenset(
    {
        "the account behind a platform id",  # webhooks and lanes begin with the platform's id, not with a user
        "take an account from its former user",  # whoever proves the key has the account
        "attempts of a lane",  # the limit outlives a change of owner
        "attempts whose lease ended",  # sweeper
        "messages nobody queued",  # sweeper
        "lanes asleep",  # sweeper
        "webhooks nobody worked on",  # sweeper
        "is the database there",  # health; reads no table
    }
)
OPTION = "crosses_owners"


class OwnerNotBound(Exception):
    """A statement touches an owned table without naming whose rows it means."""


def install(engine: Engine) -> None:
    """Guard every statement of this engine."""
    event.listen(engine, "before_execute", _check)


def crossing(name: str) -> dict[str, str]:
    """Execution options for a statement that is listed in CROSSES_OWNERS."""
    if name not in CROSSES_OWNERS:
        raise ValueError(f"{name!r} is not a listed statement")
    return {OPTION: name}


def _check(_conn: Any, statement: Any, _multi: Any, _params: Any, options: Any) -> None:
    if options.get(OPTION) in CROSSES_OWNERS or not isinstance(statement, ClauseElement):
        return
    if isinstance(statement, TextClause):
        raise OwnerNotBound(f"text is not checked, write it as an expression: {statement.text[:80]}")
    if unbound := sorted(_unbound(statement)):
        raise OwnerNotBound(f"no owner is bound for {', '.join(unbound)} in: {str(statement)[:200]}")


def _unbound(statement: ClauseElement) -> Iterator[str]:
    bound, equal = _bindings(statement)
    reached = set(bound)
    while more := {b for a, b in equal if a in reached} - reached:
        reached |= more
    for mention, table in _mentions(statement):
        if mention not in reached:
            yield table.name


def _mentions(statement: ClauseElement) -> Iterator[tuple[FromClause, Table]]:
    """Every owned table, and every alias of one, from which rows are read or in which they are changed."""
    for element in visitors.iterate(statement):
        if isinstance(element, (Update, Delete)):
            yield from _sources(element.table)
        if isinstance(element, Select):
            for source in element.get_final_froms():
                yield from _sources(source)


def _sources(source: Any) -> Iterator[tuple[FromClause, Table]]:
    if hasattr(source, "left"):
        yield from _sources(source.left)
        yield from _sources(source.right)
    elif isinstance(source, Table) and _owned(source):
        yield source, source
    elif isinstance(source, Alias) and isinstance(source.element, Table) and _owned(source.element):
        yield source, source.element


def _owned(table: Any) -> bool:
    return isinstance(table, Table) and "user_id" in table.c


def _bindings(statement: ClauseElement) -> tuple[set[Any], set[tuple[Any, Any]]]:
    """The tables whose owner is a bound value, and the pairs of tables whose owners are made equal."""
    bound: set[Any] = set()
    equal: set[tuple[Any, Any]] = set()
    for element in visitors.iterate(statement):
        if not isinstance(element, BinaryExpression) or element.operator is not operators.eq:
            continue
        left, right = _owner_column(element.left), _owner_column(element.right)
        if left is not None and right is not None:
            equal |= {(left, right), (right, left)}
        elif left is not None and isinstance(element.right, BindParameter):
            bound.add(left)
        elif right is not None and isinstance(element.left, BindParameter):
            bound.add(right)
    return bound, equal


def _owner_column(element: Any) -> Any:
    if isinstance(element, ColumnClause) and element.name == "user_id":
        return getattr(element, "table", None)
    return None
