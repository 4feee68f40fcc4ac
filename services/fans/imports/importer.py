"""The worker's side of imports: takes the one that has waited longest and carries it on, chunk by chunk.

Each chunk is one transaction: its fans, its failed rows and the progress of the import. So a worker that is killed
leaves no row half done, and whoever comes next goes on behind the last chunk. A lease keeps two workers from one
import, and is looked at again in every transaction: who has lost it writes nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import structlog

from db.engine import Database
from db.models import FanImport
from db.queries import fan_imports
from db.unit_of_work import Transactions
from services.fans.imports.chunk import Quicker
from services.fans.imports.progress import LeaseLost, Moved, Progress
from services.fans.imports.reading import Piece, Reading
from services.fans.imports.undo import Undoing
from services.fans.imports.unreadable import Unreadable
from services.fans.imports.watching import tell_watchers
from services.live.channel import Announcer

log = structlog.get_logger(service="worker")

LEASE = timedelta(seconds=30)
"""Of a worker that was killed. Each chunk renews it; a chunk takes less than a second."""
SLICE = 20
"""Chunks until the next import has its turn."""
MOST_ATTEMPTS = 8
"""Leases in a row in which nothing moved; then it is given up."""
SAME_CHUNK = 5
"""How often a chunk is begun again because somebody else was quicker."""

GIVEN_UP = "It was given up after several attempts; what was done until then is counted."
UPLOAD_GONE = "The upload is not kept any more."


class Importer:
    """Works on one import at a time."""

    def __init__(self, database: Database, transactions: Transactions, announcer: Announcer) -> None:
        self._database = database
        self._transactions = transactions
        self._announcer = announcer
        self._progress = Progress(transactions, announcer, LEASE)
        self._undoing = Undoing(transactions, announcer, LEASE)

    async def work_next(self, stopping: Callable[[], bool]) -> bool:
        """Carry on with the import that has waited longest, for a while. False where none waits.

        `stopping` is asked between two chunks. Raises what the database raises.
        """
        async with self._database.reads() as session:
            found = await fan_imports.waiting(session)
        if found is None:
            return False
        await self.work_on(*found, stopping)
        return True

    async def work_on(self, owner: UUID, fan_import_id: UUID, stopping: Callable[[], bool]) -> None:
        """Carry on with one import, unless somebody else does. Raises what the database raises."""
        lease_id = uuid4()
        async with self._transactions() as work:
            taken = await fan_imports.lease(work.session, owner, fan_import_id, lease_id, LEASE)
            tell_watchers(work, self._announcer, owner, fan_import_id)
        if taken is None:
            return
        ids = {"importId": str(fan_import_id), "userId": str(owner)}
        log.info("import_taken", action="import", position=taken.position, attempt=taken.attempts, **ids)
        try:
            await self._carry_on(taken, lease_id, stopping)
        except Unreadable as fault:
            log.info("import_unreadable", action="import", rule=fault.rule, **ids)
            await self._progress.fail(taken, lease_id, fault.message)
        except (LeaseLost, Moved) as lost:
            log.warning("import_left", action="import", reason=type(lost).__name__, **ids)
        finally:
            async with self._transactions() as work:
                await fan_imports.release(work.session, owner, fan_import_id, lease_id)

    async def _carry_on(self, taken: FanImport, lease_id: UUID, stopping: Callable[[], bool]) -> None:
        if taken.attempts > MOST_ATTEMPTS:
            await self._progress.fail(taken, lease_id, GIVEN_UP)
        elif taken.undoing:
            await self._undoing.carry_on(taken, lease_id, stopping, SLICE)
        else:
            await self._read_on(taken, lease_id, stopping)

    async def _read_on(self, taken: FanImport, lease_id: UUID, stopping: Callable[[], bool]) -> None:
        content = await self._content(taken)
        reading = await asyncio.to_thread(Reading, content, taken.position, taken.revision)
        if taken.total_rows is None:
            await self._progress.counted(taken, lease_id, reading.layout, await asyncio.to_thread(reading.count))
        for _ in range(SLICE):
            if stopping():
                return
            behind = reading.position
            piece = await asyncio.to_thread(reading.next)
            if not piece.rows:
                await self._progress.finish(taken, lease_id)
                return
            await self._chunk(taken, lease_id, behind, piece)

    async def _content(self, taken: FanImport) -> bytes:
        async with self._database.reads() as session:
            content = await fan_imports.upload(session, taken.user_id, taken.id)
        if content is None:
            raise Unreadable("upload", UPLOAD_GONE)
        return content

    async def _chunk(self, taken: FanImport, lease_id: UUID, behind: int, piece: Piece) -> None:
        """Again from its start where somebody else was quicker with one of its fans."""
        for _ in range(SAME_CHUNK):
            with contextlib.suppress(Quicker):
                await self._progress.chunk(taken, lease_id, behind, piece)
                return
        raise Quicker
