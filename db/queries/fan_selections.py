"""Which of an owner's living fans are meant: the conditions of lists, counts, exports and audiences."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, cast, func, select
from sqlalchemy.dialects.postgresql import TSQUERY

from db.engine import ReadSession
from db.models import Fan


@dataclass(frozen=True, slots=True)
class Selection:
    """Which of an owner's living fans are meant; what is None narrows nothing. Bounds are included.

    `terms` is a tsquery over the words under which fans are found; "" asks for none.
    """

    terms: str = ""
    platform: str | None = None
    account_ids: tuple[UUID, ...] | None = None
    min_value_cents: int | None = None
    max_value_cents: int | None = None
    seen_after: datetime | None = None
    seen_before: datetime | None = None


EVERYBODY = Selection()
NOBODY = Selection(account_ids=())


def selected(owner: UUID, selection: Selection) -> Select[Fan]:
    """The statement for the fans of a selection, in no order."""
    query = listed(owner, selection)
    return query.where(has(Fan.search, selection.terms)) if selection.terms else query


def listed(owner: UUID, selection: Selection) -> Select[Fan]:
    """Without words and tags."""
    return select(Fan).where(Fan.user_id == owner, Fan.deleted_at.is_(None), *_conditions(selection))


def has(words: Any, terms: str) -> ColumnElement[bool]:
    found: ColumnElement[bool] = words.bool_op("@@")(cast(terms, TSQUERY))
    return found


def _conditions(selection: Selection) -> Iterator[ColumnElement[bool]]:
    if selection.platform is not None:
        yield Fan.platform == selection.platform
    if selection.account_ids is not None:
        yield _of_accounts(selection.account_ids)
    if selection.min_value_cents is not None:
        yield Fan.value_cents >= selection.min_value_cents
    if selection.max_value_cents is not None:
        yield Fan.value_cents <= selection.max_value_cents
    if selection.seen_after is not None:
        yield Fan.last_seen_at >= selection.seen_after
    if selection.seen_before is not None:
        yield Fan.last_seen_at <= selection.seen_before


def _of_accounts(account_ids: tuple[UUID, ...]) -> ColumnElement[bool]:
    """One account by equality, which keeps the order of its index."""
    column = Fan.creator_account_id
    return column == account_ids[0] if len(account_ids) == 1 else column.in_(account_ids)


async def count(session: ReadSession, owner: UUID, selection: Selection) -> int:
    return await session.scalar(selected(owner, selection).with_only_columns(func.count())) or 0
