"""Attempts: every call to a platform that may send a message. The sending limit is counted from these rows."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, Owned, belongs_to, one_of

STATES = ("reserved", "dispatching", "done")
OUTCOMES = ("SENT", "NOT_SENT", "REFUSED", "UNKNOWN")


class Attempt(Owned, Base):
    """`reserved`: a slot is held, nothing has left. `dispatching`: the request may have left. `done`: answered.

    An attempt holds its slot until it is finished (or, if it never is, until `lease_until`) and the window after that.
    """

    __tablename__ = "attempts"
    __table_args__ = (
        belongs_to("message_id", "messages"),
        UniqueConstraint("user_id", "message_id", "number"),
        one_of("state", STATES),
        one_of("outcome", OUTCOMES),
        # The limit's own question, asked at every claim: which attempts of this account ended a moment ago, or not yet?
        Index("ix_attempts_lane", "platform", "account_id", text("COALESCE(finished_at, lease_until)")),
        Index("ix_attempts_done", "finished_at", "id", postgresql_where=text("state = 'done'")),
        Index("ix_attempts_unfinished", "lease_until", postgresql_where=text("state <> 'done'")),
    )

    message_id: Mapped[UUID]
    number: Mapped[int]
    platform: Mapped[str]
    account_id: Mapped[str]
    campaign: Mapped[bool] = mapped_column(default=False, server_default="false")
    worker: Mapped[str]
    state: Mapped[str] = mapped_column(default="reserved")
    outcome: Mapped[str | None]
    detail: Mapped[str | None]
    reserved_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    dispatched_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    lease_until: Mapped[datetime]
