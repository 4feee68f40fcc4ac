"""Fans of a creator."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Computed, ForeignKeyConstraint, Index, String, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, Owned, Versioned, belongs_to, one_of
from db.models.creator_accounts import PLATFORMS

ALIVE = text("deleted_at IS NULL")

# Without case and accents, and short enough for an index whatever the name holds. Written as PostgreSQL writes it back.
SORTED_NAME = r"""
    "left"(lower(regexp_replace(NORMALIZE(name, NFKD), '[\u0300-\u036f]'::text, ''::text, 'g'::text)), 100)
"""


class Fan(Owned, Versioned, Base):
    """`value_cents`: what she paid in all, in US cents. A deleted fan stays as a tombstone behind her messages.

    `handle_key` is the handle without `@` and case, by which fans are recognised. `name_key` orders them by name; it
    is PostgreSQL that derives it, so that no writer of names can forget it.
    """

    __tablename__ = "fans"
    __table_args__ = (
        ForeignKeyConstraint(["user_id"], ["users.id"]),
        belongs_to("creator_account_id", "creator_accounts"),
        one_of("platform", PLATFORMS),
        CheckConstraint("value_cents BETWEEN 0 AND 9007199254740991", name="value_cents_range"),
        Index(
            "uq_fans_platform_fan_id", "user_id", "creator_account_id", "platform_fan_id",
            unique=True, postgresql_where=text("platform_fan_id IS NOT NULL"),
        ),
        Index(
            "uq_fans_handle_key", "user_id", "platform", "creator_account_id", "handle_key",
            unique=True, postgresql_where=text("handle_key IS NOT NULL"), postgresql_nulls_not_distinct=True,
        ),
        Index("ix_fans_search", "search", postgresql_using="gin"),
        Index("ix_fans_value", "user_id", "value_cents", "id", postgresql_where=ALIVE),
        Index("ix_fans_seen", "user_id", "last_seen_at", "id", postgresql_where=ALIVE),
        Index(
            "ix_fans_seen_newest", "user_id", text("last_seen_at DESC NULLS LAST"), text("id DESC"),
            postgresql_where=ALIVE,
        ),
        Index("ix_fans_created", "user_id", "created_at", "id", postgresql_where=ALIVE),
        Index("ix_fans_name", "user_id", "name_key", "id", postgresql_where=ALIVE),
        Index("ix_fans_account", "user_id", "creator_account_id", "created_at", "id", postgresql_where=ALIVE),
        Index(
            "ix_fans_totals", "user_id", "creator_account_id",
            postgresql_include=["value_cents", "last_seen_at", "platform"], postgresql_where=ALIVE,
        ),
        Index("ix_fans_platform", "user_id", "platform", "created_at", "id", postgresql_where=ALIVE),
        # By what an import recognises fans who have no handle, or rows that give none.
        Index(
            "ix_fans_email", "user_id", text('lower(email COLLATE "C")'), postgresql_where=text("email IS NOT NULL")
        ),
        Index("ix_fans_called", "user_id", "name_key"),
    )  # fmt: skip

    creator_account_id: Mapped[UUID | None]
    platform: Mapped[str]
    platform_fan_id: Mapped[str | None]
    name: Mapped[str]
    name_key: Mapped[str] = mapped_column(String(collation="C"), Computed(SORTED_NAME.strip(), persisted=True))
    handle: Mapped[str | None]
    handle_key: Mapped[str | None]
    email: Mapped[str | None]
    avatar: Mapped[str | None]
    tags: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, server_default="{}")
    value_cents: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    last_seen_at: Mapped[datetime | None]
    notes: Mapped[str | None]
    deleted_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]
    search: Mapped[Any] = mapped_column(TSVECTOR, deferred=True, nullable=True)
