"""What uploads and failed rows say of a fan who is erased: her rows go, all others stay.

In an upload her row becomes a blank line, so that the rows behind it keep their numbers, and a worker that is at it
goes on where it was. Nothing of her comes back by a file that was uploaded before she was erased.
"""

from __future__ import annotations

import asyncio
import codecs
import csv
import io
import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from uuid import UUID

from db.engine import WriteSession
from db.models import Fan, FanImportFailure
from db.queries import fan_import_failures, fan_import_former_keys, fan_imports, fans
from services.fans import handles, spreadsheet
from services.fans.imports.beginning import begin_anew
from services.fans.imports.columns import Columns, columns_of
from services.fans.imports.encoding import WINDOWS
from services.fans.imports.index import EMAIL, HANDLE
from services.fans.imports.records import Layout, layout_of, records
from services.fans.imports.sameness import email_key, exact_name
from services.fans.imports.unreadable import Unreadable

BATCH = 1000
UTF_16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")
PLAIN_OTHERWISE = "\u00df\u0130\u0149\u017f\u037e\u1e9a\u1e9e\u1fef\u212a\ufb00\ufb01\ufb02\ufb03\ufb04\ufb05\ufb06"
"""All characters beyond ASCII that hold some of it in the form in which handles or names are compared, such as the
German sharp s, which is `ss` in a handle."""
LIKE_PLAIN_LETTERS = (*(character.encode() for character in PLAIN_OTHERWISE), "\u00df".encode(WINDOWS))


async def hold(session: WriteSession, owner: UUID) -> None:
    """Keep workers off the owner's imports until the commit. Before her fan is locked, as a worker locks them."""
    await fan_imports.with_uploads(session, owner)


async def forget(session: WriteSession, owner: UUID, fan_id: UUID) -> None:
    """A step of `services.fans.erase`, to be taken while her handle, address and name are still known."""
    fan = await fans.get(session, owner, fan_id)
    assert fan is not None
    for fan_import in await fan_imports.with_uploads(session, owner):
        content = await fan_imports.upload(session, owner, fan_import.id)
        # Reading ten megabytes takes a while: in a thread, so that others are answered meanwhile.
        changed = content and await asyncio.to_thread(without_her, content, fan)
        if changed:
            await fan_imports.replace_upload(session, owner, fan_import.id, changed)
            if fan_import.dry_run and fan_import.status in fan_imports.OPEN:
                await begin_anew(session, fan_import, dry_run=True)
    await _forget_failures(session, owner, fan)
    await fan_import_former_keys.forget(session, owner, [fan_id])
    # Somebody else may have been meant by what is hers.
    await fan_import_former_keys.forget_keys(session, owner, list(_keys(fan)))


def _keys(fan: Fan) -> Iterator[tuple[str, str]]:
    if fan.handle_key is not None:
        yield HANDLE, fan.handle_key
    if fan.email is not None:
        yield EMAIL, email_key(fan.email)


def without_her(content: bytes, fan: Fan) -> bytes | None:
    """The file with blank lines for her rows, as CSV in UTF-8; None where she is not in it, or nobody can read it."""
    if not _may_name(content, fan):
        return None
    try:
        layout = layout_of(content)
        rows = (record.cells for record in records(content, layout))
        hers = {number for number, cells in enumerate(rows) if is_hers(cells, layout.columns, fan)}
    except Unreadable:
        return None
    return _blanked(content, layout, hers) if hers else None


def _blanked(content: bytes, layout: Layout, hers: Collection[int]) -> bytes:
    """Read a second time, rather than held as cells."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(layout.header)
    rows = (record.cells for record in records(content, layout))
    writer.writerows([] if number in hers else cells for number, cells in enumerate(rows))
    return text.getvalue().encode("utf-8")


def _may_name(content: bytes, fan: Fan) -> bool:
    """A quick look, for the many files in which she is not; False is certain.

    A cell stands in the file as it is read, but for quotes, blanks and an apostrophe. Letters beyond ASCII may be
    written in several ways, so they are passed over, and a file with one that may stand for plain ones has to be read.
    """
    if content.startswith(UTF_16_MARKS) or any(each in content for each in LIKE_PLAIN_LETTERS):
        return True
    plain = content.lower().replace(b'"', b"")
    marks = (fan.handle_key, fan.email and email_key(fan.email), exact_name(fan.name))
    return any(all(run in plain for run in _plain_runs(mark)) for mark in marks if mark)


def _plain_runs(mark: str) -> Iterator[bytes]:
    return (run.encode() for run in BEYOND_ASCII.split(mark.replace('"', "")))


def is_hers(cells: Sequence[str], columns: Columns, fan: Fan) -> bool:
    """By handle or e-mail address; by name where the row, or she, is known by nothing else."""
    handle, email, name = (_cell(cells, columns, title) for title in ("Username", "Email", "Display Name"))
    if handle and fan.handle_key is not None and handles.key(handle) == fan.handle_key:
        return True
    if email and fan.email and email_key(email) == email_key(fan.email):
        return True
    told_apart = (handle and fan.handle_key is not None) or (email and fan.email)
    return bool(name) and not told_apart and exact_name(name) == exact_name(fan.name)


def _cell(cells: Sequence[str], columns: Columns, title: str) -> str:
    return spreadsheet.said(columns.cell(cells, title))


async def _forget_failures(session: WriteSession, owner: UUID, fan: Fan) -> None:
    """Rows that failed stay counted; what they said is gone."""
    place = (UUID(int=0), 0)
    while failures := await fan_import_failures.of_owner(session, owner, *place, BATCH):
        place = (failures[-1].fan_import_id, failures[-1].row)
        hers: defaultdict[UUID, list[int]] = defaultdict(list)
        for failure in await _of_her(session, owner, failures, fan):
            hers[failure.fan_import_id].append(failure.row)
        for fan_import_id, rows in hers.items():
            await fan_import_failures.remove_rows(session, owner, fan_import_id, rows)


async def _of_her(
    session: WriteSession, owner: UUID, failures: Sequence[FanImportFailure], fan: Fan
) -> list[FanImportFailure]:
    imports = await fan_imports.get_many(session, owner, list({failure.fan_import_id for failure in failures}))
    columns = {each.id: columns_of(each.header) for each in imports}
    return [failure for failure in failures if is_hers(failure.cells, columns[failure.fan_import_id], fan)]
