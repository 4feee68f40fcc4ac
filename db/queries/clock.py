"""The time by which everything about sending goes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from db.engine import ReadSession
from db.kept import kept


async def now(session: ReadSession) -> datetime:
    """The database's present moment, not the transaction's."""
    moment: datetime = await _now.value(session)
    return moment


@kept
def _now() -> Any:
    return select(func.clock_timestamp())
