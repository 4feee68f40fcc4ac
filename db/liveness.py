"""Is the database there? A connection known to be dead is not lent; one that cannot be had says so in one word."""

from __future__ import annotations

from typing import Any

from asyncpg import exceptions
from sqlalchemy import Dialect, Engine, event
from sqlalchemy.exc import DisconnectionError


class DatabaseAway(ConnectionError):
    """PostgreSQL cannot be reached, or is starting, stopping or full. It passes."""


AWAY = (
    OSError,  # nobody listens; on a unix socket: no such file
    exceptions.OperatorInterventionError,
    exceptions.PostgresConnectionError,
    exceptions.TooManyConnectionsError,
)


def install(engine: Engine) -> None:
    """Watch over the connections of this engine.

    Asking the server before each use (`pool_pre_ping`) costs three round trips, a tenth of what a worker does
    (decision 24). The driver knows by itself when the server has closed a connection.
    """
    event.listen(engine, "do_connect", _connect)
    event.listen(engine, "checkout", _refuse_dead)


def _connect(dialect: Dialect, _record: Any, arguments: Any, options: Any) -> Any:
    try:
        return dialect.connect(*arguments, **options)
    except Exception as error:
        # What the server itself has said comes in SQLAlchemy's wrapping, what the socket says as it is.
        told = error.__cause__ or error
        if isinstance(told, AWAY):
            raise DatabaseAway(type(told).__name__) from error
        raise


def _refuse_dead(connection: Any, _record: Any, _proxy: Any) -> None:
    """Then the pool makes a new one, without a word to whoever asked."""
    if connection.driver_connection.is_closed():
        raise DisconnectionError
