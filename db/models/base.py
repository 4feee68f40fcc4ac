"""What all tables share: constraint names, time columns, text columns that hold one of a few words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import uuid_utils.compat
from sqlalchemy import CheckConstraint, DateTime, ForeignKeyConstraint, MetaData, Table, func
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {datetime: DateTime(timezone=True)}  # noqa: RUF012 - SQLAlchemy reads a plain dict


def new_id() -> UUID:
    """A UUIDv7: unique anywhere, and close to its neighbours in time within an index."""
    return uuid_utils.compat.uuid7()


class Owned:
    """A row of one user. The owner comes first in the primary key and in every foreign key.

    The guard of `db.owner_guard` refuses any statement on such a table that does not bind `user_id`.
    """

    user_id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-2)
    id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-1, default=new_id)
    created_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


class Versioned:
    """`version` rises with each change; clients drop what is older than what they hold."""

    version: Mapped[int] = mapped_column(default=1, server_default="1")
    updated_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp(), onupdate=func.clock_timestamp())


def table_of(model: type[Base]) -> Table:
    """The table itself, for statements that are run often and need no objects."""
    assert isinstance(model.__table__, Table)
    return model.__table__


def one_of(column: str, words: Iterable[str]) -> CheckConstraint:
    """A text column with a closed set of words. Adding a word is a cheap migration; an enum type's removal is not."""
    listed = ", ".join(f"'{word}'" for word in words)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_is_known")


def belongs_to(column: str, table: str) -> ForeignKeyConstraint:
    """A reference that includes the owner, so that a row can only point to rows of the same user."""
    return ForeignKeyConstraint(["user_id", column], [f"{table}.user_id", f"{table}.id"])


__all__ = ["Base", "Owned", "Versioned", "belongs_to", "new_id", "one_of", "table_of"]
