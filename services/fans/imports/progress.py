"""The steps of an import in the database, each one transaction that first makes sure of the lease."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import func
from sqlalchemy.exc import DBAPIError

from db.models import FanImport
from db.queries import conversations, fan_import_failures, fan_import_fans, fan_import_former_keys, fan_imports
from db.unit_of_work import Transactions, UnitOfWork
from services.fans.imports import notes
from services.fans.imports.chunk import Quicker, carry_out
from services.fans.imports.plan import Plan
from services.fans.imports.reading import Piece
from services.fans.imports.records import Layout
from services.fans.imports.rows import BadRow
from services.fans.imports.sameness import Known
from services.fans.imports.watching import tell_watchers
from services.live import events
from services.live.channel import Announcer

log = structlog.get_logger(service="worker")

NOW = func.clock_timestamp()
DEADLOCK = "40P01"

TOLD_ONE_BY_ONE = 100
"""An import of so many rows tells open inboxes of each fan; a longer one tells them at its end to fetch again."""


class LeaseLost(Exception):
    """Somebody else works on it, or it was settled meanwhile. Nothing was written."""


class Moved(Exception):
    """The upload was rewritten, or another worker has been here: it has to be read anew."""


class Progress:
    def __init__(self, transactions: Transactions, announcer: Announcer, lease: timedelta) -> None:
        self._transactions = transactions
        self._announcer = announcer
        self._lease = lease

    async def counted(self, taken: FanImport, lease_id: UUID, layout: Layout, total_rows: int) -> None:
        """The file has been read through and is sound."""
        async with self._transactions() as work:
            await self._held(work, taken, lease_id)
            found = notes.of_layout(layout, total_rows)
            await self._change(
                work, taken, total_rows=total_rows, header=list(layout.header), notes=found,
                warnings=notes.in_words(found, 0), leased_until=NOW + self._lease,
            )  # fmt: skip

    async def chunk(self, taken: FanImport, lease_id: UUID, behind: int, piece: Piece) -> None:
        """Rows after the record `behind`: their fans, their failures and how far the import is. Raises Quicker."""
        try:
            async with self._transactions() as work:
                held = await self._held(work, taken, lease_id)
                if (held.position, held.revision) != (behind, taken.revision):
                    raise Moved
                plan = await carry_out(work.session, held, piece.rows)
                await self._keep_failures(work, held, plan.failed)
                await self._tell(work, held, plan)
                await self._change(work, held, **self._moved_on(held, plan, piece))
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) == DEADLOCK:
                raise Quicker from error
            raise

    async def finish(self, taken: FanImport, lease_id: UUID) -> None:
        async with self._transactions() as work:
            held = await self._held(work, taken, lease_id)
            # What an erased fan's rows were is not counted any more.
            await self._settle(work, held, status="COMPLETED", total_rows=held.processed_rows)
        log.info(
            "import_finished", action="import", importId=str(taken.id), userId=str(taken.user_id),
            dryRun=held.dry_run, rows=held.processed_rows, inserted=held.inserted, updated=held.updated,
            skipped=held.skipped, errors=held.error_count,
        )  # fmt: skip

    async def fail(self, taken: FanImport, lease_id: UUID, detail: str) -> None:
        async with self._transactions() as work:
            held = await self._held(work, taken, lease_id)
            await self._settle(work, held, status="FAILED", status_detail=detail)

    async def _held(self, work: UnitOfWork, taken: FanImport, lease_id: UUID) -> FanImport:
        held = await fan_imports.held(work.session, taken.user_id, taken.id, lease_id)
        if held is None:
            raise LeaseLost
        return held

    async def _settle(self, work: UnitOfWork, held: FanImport, **values: Any) -> None:
        """It is over; of a dry run the upload stays for a day, so that it can be carried out."""
        owner = held.user_id
        if held.dry_run:
            await fan_import_fans.remove_previews(work.session, owner, held.id)
            await fan_import_former_keys.remove_rehearsed(work.session, held)
        if not (held.dry_run and values["status"] == "COMPLETED"):
            await fan_imports.remove_uploads(work.session, owner, [held.id])
        if not held.dry_run and held.inserted + held.updated and (held.total_rows or 0) > TOLD_ONE_BY_ONE:
            work.emit(owner, events.resync_required())
        await self._change(work, held, finished_at=NOW, lease_id=None, leased_until=None, attempts=0, **values)

    def _moved_on(self, held: FanImport, plan: Plan, piece: Piece) -> dict[str, Any]:
        errors = held.error_count + plan.outcomes["failed"]
        found = notes.added(held.notes, plan.notes)
        return {
            "position": piece.position,
            "processed_rows": held.processed_rows + len(piece.rows),
            "inserted": held.inserted + plan.outcomes["inserted"],
            "updated": held.updated + plan.outcomes["updated"],
            "skipped": held.skipped + plan.outcomes["skipped"],
            "error_count": errors,
            "notes": found,
            "warnings": notes.in_words(found, errors),
            "attempts": 0,
            "leased_until": NOW + self._lease,
        }

    async def _change(self, work: UnitOfWork, held: FanImport, **values: Any) -> None:
        await fan_imports.change(work.session, held.user_id, held.id, **values)
        tell_watchers(work, self._announcer, held.user_id, held.id)

    async def _keep_failures(self, work: UnitOfWork, held: FanImport, failed: Sequence[BadRow]) -> None:
        """All are counted; the first of them are kept, to be read and mended."""
        room = max(notes.MOST_FAILURES_KEPT - held.error_count, 0)
        rows = [
            {
                "row": bad.number,
                "problems": [[fault.column, fault.message] for fault in bad.faults],
                "cells": list(bad.cells),
            }
            for bad in failed[:room]
        ]
        await fan_import_failures.add(work.session, held.user_id, held.id, rows)

    async def _tell(self, work: UnitOfWork, held: FanImport, plan: Plan) -> None:
        if held.dry_run or (held.total_rows or 0) > TOLD_ONE_BY_ONE:
            return
        fans: list[Known] = [*plan.added.values(), *plan.changed.values()]
        there = [fan.fan_id for fan in fans if fan.version > 0]
        talks = {talk.fan_id: talk.id for talk in await conversations.of_fans(work.session, held.user_id, there)}
        for fan in fans:
            work.emit(held.user_id, events.fan_changed(fan.home.account_id, fan.fan_id, talks.get(fan.fan_id)))
