"""Imports of fans as clients see them."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Annotated
from uuid import UUID

import strawberry

from db.models import FanImport as Row
from schema import ids
from schema.context import CurrentInfo
from schema.creator_accounts import CreatorAccount
from schema.downloads import DownloadUrl
from schema.errors import UserError, fault
from schema.node import Node
from schema.pagination import LARGEST_PAGE
from services.access.downloads import DownloadsImpossible

KIND = "FanImport"
NO_WORKER = "No worker is running; it goes on as soon as one does."


@strawberry.enum(description="What becomes of a row whose fan is there already.")
class DuplicatePolicy(Enum):
    SKIP = strawberry.enum_value("SKIP", description="Nothing; it is counted as skipped.")
    UPDATE = strawberry.enum_value(
        "UPDATE",
        description=(
            "What the row says is written; what it leaves empty stays, tags are added, and the greater amount and the "
            "later moment stay. It is counted as skipped where it says nothing new."
        ),
    )


@strawberry.enum(description="How far an import is.")
class FanImportStatus(Enum):
    PENDING = strawberry.enum_value("PENDING", description="Stored; no worker has begun.")
    RUNNING = strawberry.enum_value("RUNNING", description="A worker is at it, or will go on with it.")
    COMPLETED = strawberry.enum_value("COMPLETED", description="Every row is counted.")
    FAILED = strawberry.enum_value("FAILED", description="The file cannot be read; `statusDetail` says why.")
    UNDONE = strawberry.enum_value("UNDONE", description="What it added was removed, but for `undoKept`.")


@strawberry.type(
    description="What is wrong in one cell of a row, or with the row. Row 1 is the first after the header."
)
class FanImportError:
    row: int = strawberry.field(description="The row; blank lines count, as in a spreadsheet.")
    column: str | None = strawberry.field(description="The column, or null for the row as a whole.")
    message: str = strawberry.field(description="A sentence for a person.")


@strawberry.type(
    description=(
        "A CSV file on its way into the list of fans. inserted + updated + skipped + errorCount = processedRows, at "
        "any time; of a dry run they are what would have become of the rows."
    )
)
class FanImport(Node):
    key: strawberry.Private[UUID]
    account_key: strawberry.Private[UUID | None]
    stored_detail: strawberry.Private[str | None]
    version: int = strawberry.field(description="Rises with each change.")
    file_name: str = strawberry.field(description="As it was uploaded.")
    dry_run: bool = strawberry.field(description="It only counts; confirmFanImport carries it out.")
    status: FanImportStatus = strawberry.field(description="How far it is.")
    total_rows: int | None = strawberry.field(description="Rows of the file, without blank ones; null until counted.")
    processed_rows: int = strawberry.field(description="Rows that are done with.")
    inserted: int = strawberry.field(description="Fans who are in the list since, deleted ones who are back included.")
    updated: int = strawberry.field(description="Rows that have changed a fan who was there.")
    skipped: int = strawberry.field(description="Rows whose fan was there, in the list or in the file.")
    error_count: int = strawberry.field(description="Rows that could not be imported.")
    warnings: list[str] = strawberry.field(description="What was taken for granted, in sentences.")
    created_at: datetime = strawberry.field(description="When it was uploaded.")
    started_at: datetime | None = strawberry.field(description="When a worker began.")
    finished_at: datetime | None = strawberry.field(description="When it was completed or failed.")
    undo_kept: int | None = strawberry.field(
        description="Fans it added that stayed when it was undone, because somebody had to do with them."
    )

    @classmethod
    def of(cls, row: Row) -> FanImport:
        return cls(
            id=ids.encode(KIND, row.id),
            key=row.id,
            account_key=row.creator_account_id,
            stored_detail=row.status_detail,
            version=row.version,
            file_name=row.file_name,
            dry_run=row.dry_run,
            status=FanImportStatus[row.status],
            total_rows=row.total_rows,
            processed_rows=row.processed_rows,
            inserted=row.inserted,
            updated=row.updated,
            skipped=row.skipped,
            error_count=row.error_count,
            warnings=row.warnings,
            created_at=row.created_at,
            started_at=row.started_at,
            finished_at=row.finished_at,
            undo_kept=row.undo_kept,
        )

    @strawberry.field(description="The creator's account its fans belong to.")
    async def account(self, info: CurrentInfo) -> CreatorAccount | None:
        row = self.account_key and await info.context.loaders.accounts.load(self.account_key)
        return CreatorAccount.of(row) if row else None

    @strawberry.field(description="Why it failed, or why it waits.")
    async def status_detail(self, info: CurrentInfo) -> str | None:
        waits = self.status in {FanImportStatus.PENDING, FanImportStatus.RUNNING}
        if waits and not await info.context.loaders.worker_lives.load(True):
            return NO_WORKER
        return self.stored_detail

    @strawberry.field(description="What is wrong in its first failed rows, in the order of the file.")
    async def errors(
        self,
        info: CurrentInfo,
        first: Annotated[int, strawberry.argument(description="So many at most, up to 100.")] = 100,
    ) -> list[FanImportError]:
        if not 0 <= first <= LARGEST_PAGE:
            raise fault("BAD_USER_INPUT", f"`first` must be from 0 to {LARGEST_PAGE}.")
        failures = await info.context.loaders.import_failures(first).load(self.key)
        found = [
            FanImportError(row=failure.row, column=column, message=message or "")
            for failure in failures
            for column, message in failure.problems
        ]
        return found[:first]

    @strawberry.field(
        description=(
            "A CSV of the rows that failed, with a column that says why, to be mended and uploaded again; null where "
            "none did, or they are not kept any more."
        )
    )
    async def failed_rows_url(self, info: CurrentInfo) -> DownloadUrl | None:
        context = info.context
        if self.error_count == 0 or not await context.loaders.has_import_failures.load(self.key):
            return None
        assert context.viewer is not None
        path = failed_rows_path(self.id)
        try:
            address = context.resources.downloads.address(context.owner, path, context.viewer.principal.expires_at)
        except DownloadsImpossible:
            return None
        return DownloadUrl.of(address)


def failed_rows_path(fan_import_id: str) -> str:
    return f"/exports/imports/{fan_import_id}/failed.csv"


@strawberry.type(description="The import, or why nothing was stored or changed.")
class FanImportPayload:
    fan_import: FanImport | None = strawberry.field(default=None, description="The import as it now stands.")
    errors: list[UserError] = strawberry.field(default_factory=list, description="Expected failures; empty if none.")
