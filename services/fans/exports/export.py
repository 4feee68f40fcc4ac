"""Files of fans, written page by page: a short session for each page, none while a client takes its time.

A cursor on the server would show one moment of the list, but hold a connection and an old snapshot for as long as the
slowest client reads. Pages by key hold nothing. A fan whose place in the chosen order changes meanwhile may be twice
in the file or not at all; in the order of creation, the usual one, no place ever changes.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from uuid import UUID

from db.engine import Database, ReadSession
from db.models import Fan
from db.queries import creator_accounts, fan_import_failures, fan_imports, fan_lists
from db.queries.fan_lists import FanOrder
from db.queries.keyset import Window
from services.fans import filter as fan_filter
from services.fans.exports import lines
from services.fans.filter import FanFilter

PAGE = 250
"""Short enough to keep nobody waiting, and that a page of what a quarter of all fans have is found on the way
(`NEAR` of `db.queries.fan_lists`), without looking for all of them again."""


class Exports:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def fans(self, owner: UUID, wanted: FanFilter, order: FanOrder, *, excel: bool) -> AsyncIterator[bytes]:
        """The header first, also where no fan is meant."""
        yield (lines.BYTE_ORDER_MARK.encode() if excel else b"") + lines.lines([lines.HEADER])
        selection, window = fan_filter.selection(owner, wanted), Window(PAGE)
        accounts: dict[UUID | None, str] = {None: ""}
        while True:
            async with self._database.reads() as session:
                page = await fan_lists.read_list(session, owner, selection, order, window)
                accounts |= await _others(session, owner, page.rows, accounts)
            if page.rows:
                yield lines.lines(lines.of_fan(fan, accounts[fan.creator_account_id]) for fan in page.rows)
            if not page.has_next:
                return
            window = Window(PAGE, after=page.positions[-1])

    async def failed_rows(self, owner: UUID, fan_import_id: UUID) -> AsyncIterator[bytes]:
        """The rows an import has passed over; nothing where there is no such import."""
        async with self._database.reads() as session:
            row = await fan_imports.get(session, owner, fan_import_id)
        if row is None:
            return
        yield lines.lines([lines.failure_header(row.header)])
        after = 0
        while True:
            async with self._database.reads() as session:
                failures = await fan_import_failures.after(session, owner, fan_import_id, after, PAGE)
            if not failures:
                return
            yield lines.lines(lines.of_failure(row.header, failure) for failure in failures)
            after = failures[-1].row


async def _others(
    session: ReadSession, owner: UUID, fans: Sequence[Fan], known: Collection[UUID | None]
) -> dict[UUID | None, str]:
    """The platform's own ids of the accounts of these fans that are not known yet."""
    missing = [each for each in {fan.creator_account_id for fan in fans}.difference(known) if each is not None]
    found = await creator_accounts.get_many(session, owner, missing) if missing else ()
    return {account.id: account.account_id for account in found}
