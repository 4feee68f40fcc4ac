"""Take an import back: the fans it added go, unless somebody has had to do with them since.

A fan stays who was changed after the import, who has a conversation, or to whom anything else refers. Of the others
nothing is kept; those who had been deleted before the import are deleted again. Changes to fans who were there before
stay. It goes in steps, each one transaction, so that a crash leaves nothing half done.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy import func

from db.models import FanImport
from db.queries import fan_import_fans, fan_import_former_keys, fan_imports
from db.queries.fan_import_fans import Added
from db.unit_of_work import Transactions, UnitOfWork
from services.fans.imports.progress import TOLD_ONE_BY_ONE, LeaseLost
from services.fans.imports.watching import tell_watchers
from services.live import events
from services.live.channel import Announcer

log = structlog.get_logger(service="worker")

NOW = func.clock_timestamp()
STEP = 1000
"""Fans in one transaction."""


class Undoing:
    def __init__(self, transactions: Transactions, announcer: Announcer, lease: timedelta) -> None:
        self._transactions = transactions
        self._announcer = announcer
        self._lease = lease

    async def carry_on(self, taken: FanImport, lease_id: UUID, stopping: Callable[[], bool], most_steps: int) -> None:
        """So many steps, or to the end. Raises LeaseLost."""
        for _ in range(most_steps):
            if stopping() or not await self._step(taken, lease_id):
                return

    async def _step(self, taken: FanImport, lease_id: UUID) -> bool:
        """False at the end."""
        owner = taken.user_id
        async with self._transactions() as work:
            held = await fan_imports.held(work.session, owner, taken.id, lease_id)
            if held is None:
                raise LeaseLost
            tell_watchers(work, self._announcer, owner, taken.id)
            added = await fan_import_fans.some(work.session, owner, taken.id, STEP)
            if not added:
                await self._end(work, held)
                return False
            kept = await _take_back(work, held, added)
            await fan_import_fans.forget(work.session, owner, taken.id, [fan.fan_id for fan in added])
            await fan_imports.change(
                work.session, owner, taken.id,
                undo_kept=(held.undo_kept or 0) + kept, attempts=0, leased_until=NOW + self._lease,
            )  # fmt: skip
        log.info("import_step_undone", action="undo", importId=str(taken.id), fans=len(added), kept=kept)
        return True

    async def _end(self, work: UnitOfWork, held: FanImport) -> None:
        if (held.total_rows or 0) > TOLD_ONE_BY_ONE:
            work.emit(held.user_id, events.resync_required())
        await fan_imports.change(
            work.session, held.user_id, held.id,
            status="UNDONE", status_detail=None, undoing=False, undo_kept=held.undo_kept or 0, lease_id=None,
            leased_until=None, attempts=0,
        )  # fmt: skip


async def _take_back(work: UnitOfWork, held: FanImport, added: Sequence[Added]) -> int:
    """Of these fans, those whom nobody has touched; gives how many of the others are still in the lists."""
    owner, session = held.user_id, work.session
    there = [fan for fan in added if not fan.deleted]
    going = [fan for fan in there if not fan.touched]
    gone = [fan.fan_id for fan in going if not fan.brought_back]
    await fan_import_fans.take_back(session, owner, gone)
    await fan_import_former_keys.forget(session, owner, gone)
    await fan_import_fans.delete_again(session, owner, [fan.fan_id for fan in going if fan.brought_back])
    if (held.total_rows or 0) <= TOLD_ONE_BY_ONE:
        for fan in going:
            work.emit(owner, events.fan_gone(fan.creator_account_id, fan.fan_id))
    return len(there) - len(going)
