"""Imports of fans from CSV: the upload, what failed, what was added, and what a dry run would have written."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKeyConstraint, Index, LargeBinary, SmallInteger, String, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, Owned, Versioned, belongs_to, one_of
from db.models.creator_accounts import PLATFORMS

IMPORT_STATUSES = ("PENDING", "RUNNING", "COMPLETED", "FAILED", "UNDONE")
DUPLICATE_POLICIES = ("SKIP", "UPDATE")


def _of_an_import() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["user_id", "fan_import_id"], ["fan_imports.user_id", "fan_imports.id"])


class FanImport(Owned, Versioned, Base):
    """inserted + updated + skipped + error_count = processed_rows; total_rows is null until counted.

    `position`: how many records of the file lie behind us, blank ones included. `notes` counts what `warnings` tell.
    Whoever holds the lease works on it; `attempts` of leases that moved nothing. `revision` rises when the upload is
    rewritten. `undo_kept`: fans it added that stayed when it was undone. `file_hash`: SHA-256 of the file as it came.
    """

    __tablename__ = "fan_imports"
    __table_args__ = (
        ForeignKeyConstraint(["user_id"], ["users.id"]),
        belongs_to("creator_account_id", "creator_accounts"),
        one_of("platform", PLATFORMS),
        one_of("status", IMPORT_STATUSES),
        one_of("on_duplicate", DUPLICATE_POLICIES),
        Index("ix_fan_imports_created", "user_id", "created_at", "id"),
        Index("ix_fan_imports_open", "updated_at", postgresql_where=text("status IN ('PENDING', 'RUNNING')")),
    )

    creator_account_id: Mapped[UUID | None]
    platform: Mapped[str]
    file_name: Mapped[str]
    dry_run: Mapped[bool] = mapped_column(default=False)
    on_duplicate: Mapped[str] = mapped_column(default="SKIP")
    status: Mapped[str] = mapped_column(default="PENDING")
    status_detail: Mapped[str | None]
    total_rows: Mapped[int | None]
    processed_rows: Mapped[int] = mapped_column(default=0, server_default="0")
    inserted: Mapped[int] = mapped_column(default=0, server_default="0")
    updated: Mapped[int] = mapped_column(default=0, server_default="0")
    skipped: Mapped[int] = mapped_column(default=0, server_default="0")
    error_count: Mapped[int] = mapped_column(default=0, server_default="0")
    warnings: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, server_default="{}")
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    header: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, server_default="{}")
    notes: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, server_default="{}")
    position: Mapped[int] = mapped_column(default=0, server_default="0")
    revision: Mapped[int] = mapped_column(default=0, server_default="0")
    lease_id: Mapped[UUID | None]
    leased_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    undoing: Mapped[bool] = mapped_column(default=False, server_default="false")
    undo_kept: Mapped[int | None]
    file_hash: Mapped[bytes | None] = mapped_column(LargeBinary)


class FanImportFile(Base):
    """The upload as it came, at most 10 MB; removed once it is no longer needed."""

    __tablename__ = "fan_import_files"
    __table_args__ = (_of_an_import(),)

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    fan_import_id: Mapped[UUID] = mapped_column(primary_key=True)
    content: Mapped[bytes]


class FanImportFailure(Base):
    """A row that was not imported: `problems` as [column or null, message], and its cells, to be mended."""

    __tablename__ = "fan_import_failures"
    __table_args__ = (_of_an_import(),)

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    fan_import_id: Mapped[UUID] = mapped_column(primary_key=True)
    row: Mapped[int] = mapped_column(primary_key=True)
    problems: Mapped[list[list[str | None]]] = mapped_column(JSONB)
    cells: Mapped[list[str]] = mapped_column(ARRAY(Text))


class FanImportFan(Base):
    """A fan that an import added, with the version it left her in. `brought_back`: she had been deleted before."""

    __tablename__ = "fan_import_fans"
    __table_args__ = (_of_an_import(), belongs_to("fan_id", "fans"))

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    fan_import_id: Mapped[UUID] = mapped_column(primary_key=True)
    fan_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    brought_back: Mapped[bool]


class FanImportPreview(Base):
    """A fan as a dry run would have left her: a new one, or one there is. Gone when the dry run ends."""

    __tablename__ = "fan_import_previews"
    __table_args__ = (
        _of_an_import(),
        Index("ix_fan_import_previews_handle", "user_id", "fan_import_id", "handle_key"),
        Index("ix_fan_import_previews_email", "user_id", "fan_import_id", "email_key"),
        Index("ix_fan_import_previews_name", "user_id", "fan_import_id", "exact_name"),
    )

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    fan_import_id: Mapped[UUID] = mapped_column(primary_key=True)
    fan_id: Mapped[UUID] = mapped_column(primary_key=True)
    creator_account_id: Mapped[UUID | None]
    platform: Mapped[str]
    handle_key: Mapped[str | None] = mapped_column(String(collation="C"))
    email_key: Mapped[str | None] = mapped_column(String(collation="C"))
    exact_name: Mapped[str] = mapped_column(String(collation="C"))
    name: Mapped[str]
    handle: Mapped[str | None]
    email: Mapped[str | None]
    tags: Mapped[list[str]] = mapped_column(ARRAY(Text))
    value_cents: Mapped[int] = mapped_column(BigInteger)
    last_seen_at: Mapped[datetime | None]
    deleted: Mapped[bool]
    version: Mapped[int]


class FanImportFormerKey(Base):
    """A handle, address or name by which a file has meant a fan who has it not, or not any more. `title`: its column.

    `key`: as they are compared.

    `rehearsal`: the dry run that would have meant her; the nil UUID where an import has.
    """

    __tablename__ = "fan_import_former_keys"
    __table_args__ = (
        ForeignKeyConstraint(["user_id"], ["users.id"]),
        Index("ix_fan_import_former_keys_fan", "user_id", "fan_id"),
    )

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    file_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    rehearsal: Mapped[UUID] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(collation="C"), primary_key=True)
    fan_id: Mapped[UUID] = mapped_column(primary_key=True)
