"""The second wall between owners: a statement on an owned table must bind the owner, or it is refused.

The first wall is that every query takes the owner. This guard runs in tests and in the embedded start and reads each
statement before it is executed; kept statements (`db.kept`) it reads once, when they are compiled, in production as
well. Every mention of an owned table needs `user_id = <value>`, directly or through
equalities with another table's `user_id` (`db.owner_scopes` says when that holds). Statements that must cross owners
say so by name, and the names are listed here. (Row-level security would do the same, but its policies keep the text
indexes from being used.)
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import CompoundSelect, Delete, Engine, Insert, Select, Update, event
from sqlalchemy.exc import CompileError
from sqlalchemy.orm.context import FromStatement
from sqlalchemy.sql.elements import (
    ClauseElement,
    ReleaseSavepointClause,
    RollbackToSavepointClause,
    SavepointClause,
)

from db.owner_scopes import unbound

CROSSES_OWNERS = frozenset(
    {
        "the account behind a platform id",  # webhooks and lanes begin with the platform's id, not with a user
        "take an account from its former user",  # whoever proves the key has the account
        "attempts of a lane",  # the limit outlives a change of owner
        "attempts whose lease ended",  # sweeper
        "messages nobody queued",  # sweeper
        "lanes asleep",  # sweeper
        "unknowns to read back",  # whoever looks for them at the platforms
        "lanes without a wake-up",  # lanes begin with the platform's id, a wake-up names the account's user
        "messages that wait",  # the metric of the queue's depth
        "webhooks nobody worked on",  # sweeper
        "what is older than it is kept",  # retention
        "webhooks an operator asks for",  # the command line
        "imports nobody works on",  # workers take the one that has waited longest, whosever it is
        "uploads nobody confirmed",  # housekeeping
        "failed rows kept too long",  # housekeeping
        "campaigns that are due",  # sweeper
        "campaigns that are over",  # sweeper
        "where the logs stand",  # the API asks for all its subscribers at once
        "is the database there",  # health; reads no table
    }
)
OPTION = "crosses_owners"


class OwnerNotBound(Exception):
    """A statement touches an owned table without naming whose rows it means."""


READABLE = (Select, CompoundSelect, Insert, Update, Delete, FromStatement)
HARMLESS = (SavepointClause, RollbackToSavepointClause, ReleaseSavepointClause)
REMEMBERED = 1000


def install(engine: Engine) -> None:
    """Guard every statement of this engine."""
    guard = _Guard()
    event.listen(engine, "before_execute", guard.check)
    event.listen(engine, "before_cursor_execute", guard.check_driver_text)


def crossing(name: str) -> dict[str, str]:
    """Execution options for a statement that is listed in CROSSES_OWNERS."""
    if name not in CROSSES_OWNERS:
        raise ValueError(f"{name!r} is not a listed statement")
    return {OPTION: name}


class _Guard:
    """Reading a statement takes milliseconds; so one that passed is known again by SQLAlchemy's own cache key."""

    def __init__(self) -> None:
        self._passed: set[Any] = set()

    def check(self, _conn: Any, statement: Any, _multi: Any, _params: Any, options: Any) -> None:
        if options.get(OPTION) in CROSSES_OWNERS or isinstance(statement, HARMLESS):
            return
        if not isinstance(statement, READABLE):
            raise OwnerNotBound(f"this is not checked, write it as an expression: {_shown(statement)}")
        identity = statement._generate_cache_key()
        if identity is not None and identity.key in self._passed:
            return
        refuse_unbound(statement)
        if identity is not None:
            self._remember(identity.key)

    def check_driver_text(
        self, _conn: Any, _cursor: Any, text: str, _parameters: Any, context: Any, _many: bool
    ) -> None:
        """`exec_driver_sql` is text as well, and comes this way alone."""
        if context is not None and context.compiled is None and context.invoked_statement is None:
            raise OwnerNotBound(f"this is not checked, write it as an expression: {text[:200]}")

    def _remember(self, key: Any) -> None:
        if len(self._passed) >= REMEMBERED:
            self._passed.clear()
        self._passed.add(key)


def refuse_unbound(statement: ClauseElement) -> None:
    """Raises OwnerNotBound."""
    if found := sorted(set(unbound(statement))):
        raise OwnerNotBound(f"no owner is bound for {', '.join(found)} in: {_shown(statement)}")


def _shown(statement: Any) -> str:
    try:
        return str(statement)[:200]
    except CompileError:  # it speaks PostgreSQL's own dialect, which `str` does not
        return type(statement).__name__
