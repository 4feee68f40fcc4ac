"""Rows of one owner by their ids: what dataloaders ask all day long, built once for each table."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, TypeVar, cast
from uuid import UUID

from sqlalchemy import ARRAY, Select, Uuid, any_, bindparam, select

from db.engine import ReadSession
from db.models.base import Owned

RowT = TypeVar("RowT", bound=Owned)


async def rows_by_id(session: ReadSession, model: type[RowT], owner: UUID, ids: Sequence[UUID]) -> Sequence[RowT]:
    """Those that there are, in no order. The ids are one parameter: any number of them is the same statement."""
    found = await session.scalars(_of_owner(cast("Any", model)), {"owner": owner, "ids": list(ids)})
    rows: Sequence[RowT] = found.all()
    return rows


@cache
def _of_owner(model: Any) -> Select[Any]:
    owner, ids = bindparam("owner", type_=Uuid()), bindparam("ids", type_=ARRAY(Uuid()))
    return select(model).where(model.user_id == owner, model.id == any_(ids))
