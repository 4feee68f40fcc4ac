"""Which rows of owned tables a statement reaches without binding their owner. Pure; asked by `db.owner_guard`.

Each SELECT, UPDATE and DELETE is a scope of its own, because one table may stand in several: every owned table in it
needs `user_id = <value>` among conditions that all must hold, or equalities that lead to a table which has it. A
subquery may lean on the rows of the statement around it, never the other way round.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import Delete, Insert, Join, Select, Table, Update
from sqlalchemy.dialects.postgresql.dml import OnConflictDoUpdate
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import (
    AbstractTextClause,
    BinaryExpression,
    BindParameter,
    BooleanClauseList,
    ClauseElement,
    ColumnClause,
    Grouping,
)
from sqlalchemy.sql.selectable import AliasedReturnsRows, FromGrouping, Lateral, SelectBase, TableClause, TextualSelect

OWNER = "user_id"
HIDDEN_SELECT = re.compile(r"\bselect\b", re.IGNORECASE)


class Outer(NamedTuple):
    """The sources of the statements around a subquery, and those of them whose owner is bound."""

    sources: frozenset[Any] = frozenset()
    reached: frozenset[Any] = frozenset()


NOTHING_AROUND = Outer()


@dataclass(slots=True)
class Conditions:
    """What must hold for every row: sources with a bound owner, and (from, to) pairs whose owners are equal."""

    bound: set[Any] = field(default_factory=set)
    equal: set[tuple[Any, Any]] = field(default_factory=set)

    def learn(self, clause: Any, only: frozenset[Any] | None = None) -> None:
        """Take in a condition that always holds; with `only`, it limits the rows of these sources alone."""
        for left, right in _owner_equalities(clause):
            for one, other in ((left, right), (right, left)):
                if one is None or (only is not None and one not in only):
                    continue
                if isinstance(other, BindParameter):
                    self.bound.add(one)
                elif other is not None:
                    self.equal.add((other, one))

    def reached(self, beginning: frozenset[Any]) -> frozenset[Any]:
        reached = set(beginning) | self.bound
        while more := {to for origin, to in self.equal if origin in reached} - reached:
            reached |= more
        return frozenset(reached)


def unbound(statement: ClauseElement, outer: Outer = NOTHING_AROUND) -> Iterator[str]:
    """The names of owned tables without a bound owner, and of whatever cannot be read well enough to tell."""
    if isinstance(statement, TextualSelect):
        yield "text"
        return
    inside = outer
    if isinstance(statement, Select):
        inside = yield from _select(statement, outer)
    elif isinstance(statement, (Update, Delete)):
        inside = yield from _change(statement)
    elif isinstance(statement, Insert):
        yield from _replaced(statement)
    for element in _own_elements(statement):
        if isinstance(element, (SelectBase, Insert, Update, Delete)):
            yield from unbound(element, inside)
        elif isinstance(element, AliasedReturnsRows):
            yield from unbound(element.element, inside if isinstance(element, Lateral) else NOTHING_AROUND)
        elif _hides_select(element):
            yield "text"


def _select(statement: Select[Any], outer: Outer) -> Generator[str, None, Outer]:
    conditions, sources = Conditions(), set()
    for origin in statement.get_final_froms():
        sources |= _sources(origin, conditions)
    conditions.learn(statement.whereclause)
    return (yield from _scope(sources - _correlated(statement, outer), conditions, outer))


def _change(statement: Update | Delete) -> Generator[str, None, Outer]:
    conditions = Conditions()
    columns = [element for element in _own_elements(statement) if isinstance(element, ColumnClause)]
    sources = {statement.table} | {column.table for column in columns if column.table is not None}
    conditions.learn(statement.whereclause)
    return (yield from _scope(sources, conditions, NOTHING_AROUND))


def _scope(sources: set[Any], conditions: Conditions, outer: Outer) -> Generator[str, None, Outer]:
    reached = conditions.reached(outer.reached - sources)
    for source in sources:
        table = _behind(source)
        owned = isinstance(table, Table) and OWNER in table.c
        unreadable = isinstance(table, TableClause | AbstractTextClause) and not isinstance(table, Table)
        if unreadable or (owned and source not in reached):
            yield str(getattr(table, "name", "text"))
    return Outer(outer.sources | sources, reached)


def _replaced(statement: Insert) -> Iterator[str]:
    """A row found by ON CONFLICT is the owner's own only where the key it was found by holds the owner."""
    conflict = statement._post_values_clause
    if isinstance(conflict, OnConflictDoUpdate) and OWNER in statement.table.c:
        key = {getattr(column, "name", column) for column in conflict.inferred_target_elements or ()}
        if OWNER not in key:
            yield str(statement.table.name)


def _sources(origin: Any, conditions: Conditions) -> set[Any]:
    """The sources below a join. An outer join's condition limits only the rows of its right side."""
    if not isinstance(origin, Join):
        return {origin}
    left, right = _sources(origin.left, conditions), _sources(origin.right, conditions)
    if not origin.full:
        conditions.learn(origin.onclause, frozenset(right if origin.isouter else left | right))
    return left | right


def _behind(source: Any) -> Any:
    while isinstance(source, AliasedReturnsRows | FromGrouping):
        source = source.element
    return source


def _correlated(statement: Select[Any], outer: Outer) -> frozenset[Any]:
    """Sources of a subquery that are rows of the statement around it, as SQLAlchemy decides when it compiles."""
    if statement._correlate_except is not None:
        return outer.sources - set(statement._correlate_except)
    return outer.sources if statement._auto_correlate else outer.sources & set(statement._correlate)


def _own_elements(statement: ClauseElement) -> Iterator[ClauseElement]:
    """Everything in a statement down to the statements nested in it, these included."""
    waiting, seen = list(statement.get_children()), set()
    while waiting:
        element = waiting.pop()
        if id(element) in seen:
            continue
        seen.add(id(element))
        yield element
        if isinstance(element, ColumnClause) and isinstance(element.table, AliasedReturnsRows):
            # UPDATE and DELETE name the subqueries they join by their columns alone.
            waiting.append(element.table)
        derived = isinstance(element, AliasedReturnsRows) and not isinstance(_behind(element), Table)
        if not derived and not isinstance(element, (SelectBase, Insert, Update, Delete)):
            waiting.extend(element.get_children())


def _owner_equalities(clause: Any) -> Iterator[tuple[Any, Any]]:
    """Both sides of each `user_id = …` that must hold: a source, a bound value, or None for anything else."""
    if isinstance(clause, Grouping):
        yield from _owner_equalities(clause.element)
    elif isinstance(clause, BooleanClauseList) and clause.operator is operators.and_:
        for each in clause.clauses:
            yield from _owner_equalities(each)
    elif isinstance(clause, BinaryExpression) and clause.operator is operators.eq:
        yield _owner_of(clause.left), _owner_of(clause.right)


def _owner_of(side: Any) -> Any:
    if isinstance(side, BindParameter):
        return side
    return side.table if isinstance(side, ColumnClause) and side.name == OWNER else None


def _hides_select(element: Any) -> bool:
    literal = isinstance(element, ColumnClause) and element.is_literal
    return (literal or isinstance(element, AbstractTextClause)) and bool(HIDDEN_SELECT.search(str(element)))
