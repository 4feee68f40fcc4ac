"""What a user does with imports: upload a file, carry out a dry run, take an import back."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import re
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from uuid import UUID, uuid4

from sqlalchemy import func

from db.engine import Database
from db.models import FanImport, new_id
from db.queries import fan_imports
from db.unit_of_work import Transactions, UnitOfWork
from services import rules
from services.access.allowance import Operation
from services.access.allowances import Allowances
from services.fans.home import account_for
from services.fans.imports.beginning import begin_anew
from services.fans.imports.importer import LEASE
from services.fans.imports.progress import LeaseLost
from services.fans.imports.records import layout_of
from services.fans.imports.undo import Undoing
from services.fans.imports.unreadable import Unreadable
from services.fans.imports.watching import tell_watchers
from services.live.channel import Announcer
from services.problems import Code, InvalidInput, Problem, Rejected, invalid, not_found
from services.sending.payload import MessageType
from services.sending.queue import RateLimiterQueue

NOW = func.clock_timestamp()

MAX_FILE_BYTES = 10 * 1_048_576
MAX_FILE_NAME = 255
UPLOADS_AT_ONCE = 4
"""In the memory of one process; the others wait for their turn in files without a name."""
KEPT_DRY_RUNS = 5
"""Uploads an owner may have waiting to be confirmed; of more, the oldest are let go."""
UNDO_SECONDS = 3.0
"""Enough for 10,000 fans while the user waits; a worker does the rest."""
MOST_STEPS = 1_000_000

FILE, ID = ("file",), ("id",)
BEING_UNDONE = "It is being undone."


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came, `size` in bytes, and what is to be done with it. `platform`: of fans whose row names none."""

    file_name: str
    size: int
    read: Callable[[], Awaitable[bytes]]
    platform: str
    account_id: UUID | None = None
    dry_run: bool = False
    on_duplicate: str = "SKIP"


class FanImports:
    """Each raises Rejected, and then nothing is stored or changed."""

    def __init__(
        self,
        database: Database,
        transactions: Transactions,
        queue: RateLimiterQueue,
        allowances: Allowances,
        announcer: Announcer,
    ) -> None:
        self._database = database
        self._transactions = transactions
        self._queue = queue
        self._allowances = allowances
        self._announcer = announcer
        self._undoing = Undoing(transactions, announcer, LEASE)
        self._in_memory = asyncio.Semaphore(UPLOADS_AT_ONCE)

    async def upload(self, owner: UUID, upload: Upload) -> FanImport:
        """Store the file and wake a worker; the import is PENDING then.

        What its beginning tells is checked at once. One of the user's imports is taken for a file that passes; to
        confirm a dry run takes no other.
        """
        if found := list(_problems(upload)):
            raise Rejected(*found)
        async with self._database.reads() as session:
            account = await account_for(session, owner, upload.platform, upload.account_id, ())
        async with self._in_memory:
            return await self._store(owner, upload, account.id if account else None)

    async def _store(self, owner: UUID, upload: Upload, account_id: UUID | None) -> FanImport:
        content = await upload.read()
        await _check_beginning(content)
        await self._allowances.take(owner, Operation.IMPORTS)
        row = FanImport(
            user_id=owner,
            id=new_id(),
            creator_account_id=account_id,
            platform=upload.platform,
            file_name=_base_name(upload),
            dry_run=upload.dry_run,
            on_duplicate=upload.on_duplicate,
            file_hash=await asyncio.to_thread(lambda: hashlib.sha256(content).digest()),
        )
        async with self._transactions() as work:
            await fan_imports.add(work.session, row, content)
            await fan_imports.remove_uploads(
                work.session, owner, await fan_imports.unconfirmed(work.session, owner, behind=KEPT_DRY_RUNS)
            )
            work.after_commit(lambda: self._wake(row))
        return row

    async def confirm(self, owner: UUID, fan_import_id: UUID) -> FanImport:
        """Carry out a dry run: it begins anew, as the import it was the rehearsal of."""
        async with self._transactions() as work:
            row = await _locked(work, owner, fan_import_id)
            if not row.dry_run:
                raise _conflict("It was no dry run, or was confirmed already.")
            if row.status != "COMPLETED":
                raise _conflict("Only a dry run that has ended well can be carried out.")
            if not await fan_imports.has_upload(work.session, owner, row.id):
                raise _conflict("The upload is not kept any more; upload the file again.")
            row = await begin_anew(work.session, row, dry_run=False)
            tell_watchers(work, self._announcer, owner, row.id)
            work.after_commit(lambda: self._wake(row))
        return row

    async def undo(self, owner: UUID, fan_import_id: UUID) -> FanImport:
        """Remove what the import added and nobody has touched since. A long one is finished by a worker."""
        lease_id = uuid4()
        async with self._transactions() as work:
            _check_undoable(await _locked(work, owner, fan_import_id))
            row = await fan_imports.change(
                work.session, owner, fan_import_id, status="RUNNING", status_detail=BEING_UNDONE, undoing=True,
                undo_kept=0, lease_id=lease_id, leased_until=NOW + LEASE,
            )  # fmt: skip
        until = time.monotonic() + UNDO_SECONDS
        with contextlib.suppress(LeaseLost):
            await self._undoing.carry_on(row, lease_id, lambda: time.monotonic() > until, MOST_STEPS)
        async with self._transactions() as work:
            await fan_imports.release(work.session, owner, row.id, lease_id)
            row = await _locked(work, owner, fan_import_id)
        if row.status != "UNDONE":
            await self._wake(row)
        return row

    async def _wake(self, row: FanImport) -> None:
        """Where the queue is away, workers find the row by themselves within seconds."""
        await self._queue.wake(MessageType.FAN_IMPORT, row.id, row.user_id)


async def _check_beginning(content: bytes) -> None:
    """Raises Rejected, with the path of the file."""
    try:
        await asyncio.to_thread(layout_of, content)
    except Unreadable as fault:
        raise Rejected(invalid(fault.message, FILE, fault.rule, fault.limit)) from None


def _base_name(upload: Upload) -> str:
    """Without the folders that some clients send with it."""
    return re.split(r"[/\\]", upload.file_name)[-1]


def _problems(upload: Upload) -> Iterator[InvalidInput]:
    name = _base_name(upload)
    if not name.lower().endswith(".csv"):
        yield invalid("The file must be a CSV, with a name that ends in .csv.", FILE, "extension")
    yield from rules.text(name, FILE, longest=MAX_FILE_NAME)
    if upload.size > MAX_FILE_BYTES:
        message = f"The file is larger than {MAX_FILE_BYTES:,} bytes (10 MB)."
        yield invalid(message, FILE, "max_bytes", MAX_FILE_BYTES)


def _check_undoable(row: FanImport) -> None:
    if row.dry_run:
        raise _conflict("A dry run has changed nothing.")
    if row.status == "UNDONE":
        raise _conflict("It is undone already.")
    if row.status not in {"COMPLETED", "FAILED"}:
        raise _conflict("It is still under way.")


async def _locked(work: UnitOfWork, owner: UUID, fan_import_id: UUID) -> FanImport:
    row = await fan_imports.lock(work.session, owner, fan_import_id)
    if row is None:
        raise not_found("import", ID)
    return row


def _conflict(message: str) -> Rejected:
    return Rejected(Problem(Code.CONFLICT, message, ID))
