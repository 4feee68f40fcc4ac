"""Cursors of the live inbox: an epoch and a number, opaque outside. Pure."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass

FORM = re.compile(r"live:([0-9a-f]{8}):(\d{1,18})")


class MalformedCursor(ValueError):
    """It was never a cursor of ours."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """Everything up to and including `sequence` of this `epoch` was seen."""

    epoch: str
    sequence: int

    def __str__(self) -> str:
        return base64.urlsafe_b64encode(f"live:{self.epoch}:{self.sequence}".encode()).decode()

    @classmethod
    def parse(cls, text: str) -> Cursor:
        """Read what `str` wrote. Raises MalformedCursor."""
        try:
            found = FORM.fullmatch(base64.urlsafe_b64decode(text.encode("ascii")).decode("ascii"))
        except (ValueError, binascii.Error):
            found = None
        if found is None:
            raise MalformedCursor(text[:40])
        return cls(found[1], int(found[2]))


def is_foreign(cursor: Cursor, epoch: str, last: int) -> bool:
    """Whether it was never given out for this log as it is now: another epoch, or ahead of us (a restored backup)."""
    return cursor.epoch != epoch or cursor.sequence > last
