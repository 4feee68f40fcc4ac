"""A message that is here twice: what points to the one points to the other from now on."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import Column, Table, delete, update

from db.engine import WriteSession
from db.models import Base, Message


def references() -> Iterator[tuple[Table, Column[UUID]]]:
    """Every column of another table that names a message."""
    for table in Base.metadata.sorted_tables:
        for constraint in table.foreign_key_constraints:
            if constraint.referred_table is Message.__table__ and "user_id" in table.c:
                column = constraint.columns[constraint.column_keys[-1]]
                yield table, column


async def replace(session: WriteSession, owner: UUID, copy_id: UUID, message_id: UUID) -> None:
    """The copy is gone; whatever was known of it is known of the other."""
    for table, column in references():
        await session.execute(
            update(table).where(table.c.user_id == owner, column == copy_id).values({column.name: message_id})
        )
    await session.execute(delete(Message).where(Message.user_id == owner, Message.id == copy_id))
