"""Add a fan by hand. One who was deleted is back, with what she had before; what is given replaces it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from db.models import Fan, new_id
from db.queries import conversations, fans
from db.unit_of_work import UnitOfWork
from services.fans import columns, fields
from services.fans.conflicts import conflict, shared, told_apart
from services.fans.home import account_for
from services.fans.indexing import searchable
from services.live import events
from services.problems import InvalidInput

ROOT = ("input",)


@dataclass(frozen=True, slots=True)
class NewFan:
    """A fan as a user describes her; `value_cents`: what she paid in all, in US cents."""

    name: str
    platform: str
    account_id: UUID | None = None
    handle: str | None = None
    email: str | None = None
    avatar: str | None = None
    platform_fan_id: str | None = None
    tags: tuple[str, ...] = ()
    notes: str | None = None
    value_cents: int = 0
    last_seen_at: datetime | None = None

    @property
    def values(self) -> dict[str, Any]:
        """What is said of the fan herself, by column."""
        return {name: value for name, value in asdict(self).items() if name not in {"platform", "account_id"}}


def problems(new: NewFan) -> Iterator[InvalidInput]:
    yield from fields.problems(new.values, ROOT)


async def create(work: UnitOfWork, owner: UUID, new: NewFan) -> Fan:
    """Store a fan, or bring back one who was deleted. Raises Rejected."""
    account = await account_for(work.session, owner, new.platform, new.account_id, ROOT)
    fan = Fan(user_id=owner, id=new_id(), platform=new.platform, **columns.stored(new.values))
    fan.creator_account_id = account.id if account else None
    if tombstone := await _tombstone(work, fan):
        return await _bring_back(work, tombstone, new)
    fan.search = searchable(fan)
    work.session.add(fan)
    with told_apart():
        await work.session.flush()
    work.emit(owner, events.fan_updated(fan))
    return fan


async def _tombstone(work: UnitOfWork, fan: Fan) -> Fan | None:
    """Herself, deleted earlier. Raises Rejected: CONFLICT where somebody else has her handle or platform id."""
    found = await fans.namesakes(work.session, fan)
    for other in found:
        ids = {fan.platform_fan_id, other.platform_fan_id} - {None}
        if other.deleted_at is None or len(found) > 1 or len(ids) > 1:
            raise conflict(shared(fan, other))
    return found[0] if found else None


async def _bring_back(work: UnitOfWork, tombstone: Fan, new: NewFan) -> Fan:
    given = {name: value for name, value in new.values.items() if value}
    values = columns.changed(tombstone, columns.stored(given)) | {"deleted_at": None}
    with told_apart():
        fan = await fans.change(work.session, tombstone.user_id, tombstone.id, **values)
    assert fan is not None
    talks = await conversations.of_fans(work.session, fan.user_id, [fan.id])
    work.emit(fan.user_id, events.fan_updated(fan, talks[0].id if talks else None))
    for talk in talks:  # whoever was told that she was deleted has dropped it
        work.emit(fan.user_id, events.conversation_updated(talk))
    return fan
