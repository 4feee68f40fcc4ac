"""Fans: what a user can do to them, each in one transaction."""

from __future__ import annotations

from uuid import UUID

from db.models import Fan
from db.unit_of_work import Transactions
from services.fans import create, delete, erase, update
from services.fans.create import NewFan
from services.fans.delete import Deleted
from services.fans.update import FanChanges
from services.problems import Rejected


class Fans:
    """Changes to fans. Each raises Rejected, and then nothing is changed."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    async def create(self, owner: UUID, new: NewFan) -> Fan:
        """Store a fan. CONFLICT where the account has her already, by handle or platform id.

        A fan who was deleted is back, with what she had before; what is given replaces it.
        """
        if found := list(create.problems(new)):
            raise Rejected(*found)
        async with self._transactions() as work:
            return await create.create(work, owner, new)

    async def update(self, owner: UUID, changes: FanChanges) -> Fan:
        """Write some fields. CONFLICT where somebody was quicker, or the handle or platform id is another fan's."""
        if found := list(update.problems(changes)):
            raise Rejected(*found)
        async with self._transactions() as work:
            return await update.update(work, owner, changes)

    async def delete(self, owner: UUID, fan_id: UUID) -> Deleted:
        """Take the fan out of all lists; her waiting messages are cancelled. NOT_FOUND where she is gone already."""
        async with self._transactions() as work:
            return await delete.delete(work, owner, fan_id)

    async def erase(self, owner: UUID, fan_id: UUID) -> Deleted:
        """Forget the fan for good; see `services.fans.erase`. NOT_FOUND where she is erased already."""
        async with self._transactions() as work:
            return await erase.erase(work, owner, fan_id)
