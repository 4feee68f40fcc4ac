"""Imports of fans from CSV, with the uploaded file beside them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, Owned, Versioned, belongs_to, one_of
from db.models.creator_accounts import PLATFORMS

IMPORT_STATUSES = ("PENDING", "RUNNING", "COMPLETED", "FAILED", "UNDONE")
DUPLICATE_POLICIES = ("SKIP", "UPDATE")


class FanImport(Owned, Versioned, Base):
    """inserted + updated + skipped + error_count = processed_rows; total_rows is null until counted."""

    __tablename__ = "fan_imports"
    __table_args__ = (
        ForeignKeyConstraint(["user_id"], ["users.id"]),
        belongs_to("creator_account_id", "creator_accounts"),
        one_of("platform", PLATFORMS),
        one_of("status", IMPORT_STATUSES),
        one_of("on_duplicate", DUPLICATE_POLICIES),
        Index("ix_fan_imports_created", "user_id", "created_at", "id"),
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


class FanImportFile(Base):
    """The upload as it came, at most 10 MB; removed once it is no longer needed."""

    __tablename__ = "fan_import_files"
    __table_args__ = (ForeignKeyConstraint(["user_id", "fan_import_id"], ["fan_imports.user_id", "fan_imports.id"]),)

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    fan_import_id: Mapped[UUID] = mapped_column(primary_key=True)
    content: Mapped[bytes]
