"""An import that is being watched: its row, and whether anybody works on imports at all."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from db.engine import Database
from db.models import FanImport
from db.queries import fan_imports, worker_heartbeats
from db.unit_of_work import UnitOfWork
from services.live.channel import Announcer, topic_of
from services.live.watch import Topic
from services.monitoring.health import WORKER_SILENT_AFTER_SECONDS

NOUN = "fan_import"
LOOK_AGAIN_SECONDS = 5.0
"""That a worker has died is told by nobody."""


@dataclass(frozen=True, slots=True)
class Seen:
    """`row` is None for an id that names none of the owner's imports."""

    row: FanImport | None
    worker_lives: bool


def topic(database: Database, owner: UUID, fan_import_id: UUID) -> Topic[Seen]:
    async def read() -> Seen:
        async with database.reads() as session:
            row = await fan_imports.get(session, owner, fan_import_id)
            age = await worker_heartbeats.seconds_since_last(session)
        return Seen(row, age is not None and age <= WORKER_SILENT_AFTER_SECONDS)

    return Topic(owner, topic_of(NOUN, fan_import_id), read, _same, LOOK_AGAIN_SECONDS)


def _same(one: Seen, other: Seen) -> bool:
    if one.row is None or other.row is None:
        return one.row is other.row
    waits = other.row.status in fan_imports.OPEN
    return one.row.version == other.row.version and (not waits or one.worker_lives == other.worker_lives)


def tell_watchers(work: UnitOfWork, announcer: Announcer, owner: UUID, fan_import_id: UUID) -> None:
    """Once it is committed. Its progress has no live event: inboxes need not know of it."""
    work.after_commit(lambda: announcer.changed(owner, topic_of(NOUN, fan_import_id)))
