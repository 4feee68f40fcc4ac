"""The tags of living fans."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, collate, func, literal, select

from db.engine import ReadSession
from db.models import Fan


async def tag_counts(session: ReadSession, owner: UUID, part: str, limit: int) -> Sequence[tuple[str, int]]:
    """The tags of living fans and how many carry each, most used first; those that contain `part`, if it says any.

    Case and accents do not count.
    """
    each = select(func.unnest(Fan.tags).label("tag")).where(Fan.user_id == owner, Fan.deleted_at.is_(None)).subquery()
    grouped = select(each.c.tag, func.count().label("fans")).group_by(each.c.tag)
    # Counted first, so that each tag is compared once and not once for each fan.
    tags = grouped.cte("counted").prefix_with("MATERIALIZED")
    query = select(tags.c.tag, tags.c.fans).order_by(tags.c.fans.desc(), collate(tags.c.tag, "C"))
    if part:
        query = query.where(func.strpos(_plain(tags.c.tag), _plain(literal(part))) > 0)
    return [(row[0], row[1]) for row in await session.execute(query.limit(limit))]


def _plain(text: ColumnElement[str]) -> ColumnElement[str]:
    decomposed = func.pg_catalog.normalize(text, "NFKD")
    return func.lower(func.regexp_replace(decomposed, "[\u0300-\u036f]", "", "g"))
