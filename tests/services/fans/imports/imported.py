"""Imports without a transport and without a worker's loops: uploaded, carried out, looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from db.engine import Database
from db.models import Fan, FanImport
from db.queries import fan_import_failures, fan_imports
from services.fans.imports.imports import Upload
from services.runtime.resources import Resources
from tests.stored import reading

HEADER = "Username,Display Name,Email,Subscription Tier,Total Spent,Last Seen\n"
ROBIN = 'robin,Robin,r@x.com,VIP,"$1,234.56",2025-11-01T10:00:00Z\n'


def never() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Desk:
    resources: Resources
    owner: UUID

    @property
    def database(self) -> Database:
        return self.resources.database

    async def of(self, owner: UUID, content: str) -> FanImport:
        """Somebody else's import, carried out."""
        row = await self.upload(content, owner)
        await self.work()
        return await self.read(row)

    async def upload(self, content: str | bytes, owner: UUID | None = None, **options: Any) -> FanImport:
        """A file that was taken; `content` as text is that of the rows below the usual header."""
        raw = (HEADER + content).encode() if isinstance(content, str) else content
        usual: dict[str, Any] = {"file_name": "fans.csv", "platform": "SANDBOX", "size": len(raw)}

        async def read() -> bytes:
            return raw

        return await self.resources.fan_imports.upload(owner or self.owner, Upload(read=read, **usual | options))

    async def work(self) -> None:
        """Everything that waits, to its end."""
        while await self.resources.importer.work_next(never):
            pass

    async def imported(self, content: str | bytes, **options: Any) -> FanImport:
        row = await self.upload(content, **options)
        await self.work()
        return await self.read(row)

    async def read(self, row: FanImport) -> FanImport:
        found = await reading(self.database, lambda session: fan_imports.get(session, row.user_id, row.id))
        assert found is not None
        return found

    async def fans(self, owner: UUID | None = None) -> list[Fan]:
        """All there are, deleted ones included, in the order of their making."""
        query = select(Fan).where(Fan.user_id == (owner or self.owner)).order_by(Fan.id)
        async with self.database.reads() as session:
            return list((await session.scalars(query)).all())

    async def problems(self, row: FanImport) -> list[tuple[int, str | None, str]]:
        """(row, column, message) of all that failed."""
        found = await reading(
            self.database, lambda session: fan_import_failures.first_of_imports(session, self.owner, [row.id], 1000)
        )
        return [
            (failure.row, column, str(message)) for failure in found[row.id] for column, message in failure.problems
        ]


def counts(row: FanImport) -> tuple[int, int, int, int, int]:
    """Rows, and of them inserted, updated, skipped, failed."""
    assert row.inserted + row.updated + row.skipped + row.error_count == row.processed_rows
    return row.processed_rows, row.inserted, row.updated, row.skipped, row.error_count


async def stored(desk: Desk, model: type[Any]) -> int:
    """How many rows the owner has."""
    async with desk.database.reads() as session:
        return len((await session.scalars(select(model).where(model.user_id == desk.owner))).all())
