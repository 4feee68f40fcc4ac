"""Lines of the files we give out: fans, and rows that an import could not read. Pure.

The columns of fans are those that an import knows, and their tags stand where the import looks for them: a file that
comes back changes nothing.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from db.models import Fan, FanImportFailure
from services.fans.imports.columns import REASON
from services.fans.spreadsheet import guarded, joined, said

HEADER = (
    "Username", "Display Name", "Email", "Subscription Tier", "Total Spent", "Last Seen", "Platform", "Creator Account",
)  # fmt: skip
BYTE_ORDER_MARK = "\ufeff"
"""Without it Excel takes UTF-8 for the encoding of the machine."""


def lines(rows: Iterable[Sequence[str]]) -> bytes:
    """Rows as CSV in UTF-8 (RFC 4180); no cell begins like a formula."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([guarded(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8")


def of_fan(fan: Fan, account: str) -> Sequence[str]:
    """`account`: the platform's own id of the creator account she belongs to; empty if to none."""
    return (
        (fan.handle or "").removeprefix("@"),
        fan.name,
        fan.email or "",
        joined(fan.tags),
        dollars(fan.value_cents),
        _moment(fan.last_seen_at),
        fan.platform,
        account,
    )


def dollars(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}"


def _moment(moment: datetime | None) -> str:
    """ISO 8601 in UTC, as exactly as it is kept."""
    return "" if moment is None else moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def failure_header(header: Sequence[str]) -> Sequence[str]:
    """That of the upload, and behind it a column for the reason."""
    return (*_without_reason(header, header), REASON)


def of_failure(header: Sequence[str], failure: FanImportFailure) -> Sequence[str]:
    """The cells as they were read, and why the row was passed over. Cells that no column was for come last.

    Without the apostrophes in front of formulas: `lines` puts them there again, and must not put a second one.
    """
    width = len(header)
    read = [said(cell) for cell in failure.cells]
    cells = [*read[:width], *([""] * (width - len(read)))]
    reasons = "; ".join(f"{column}: {message}" if column else str(message) for column, message in failure.problems)
    return (*_without_reason(header, cells), reasons, *read[width:])


def _without_reason(header: Sequence[str], cells: Sequence[str]) -> Sequence[str]:
    """A file of failed rows that was uploaded again has the column already."""
    return [cell for name, cell in zip(header, cells, strict=True) if name.strip() != REASON]
