"""Handles: how they are written and how two of them are compared. Pure."""

from __future__ import annotations

import re
import unicodedata

BEFORE = re.compile(r"^[@\s]+")


def normalised(handle: str) -> str:
    """As it is shown: one `@` in front, no blanks around."""
    return "@" + BEFORE.sub("", handle).rstrip()


def key(handle: str) -> str:
    """What two handles of one fan have in common: neither `@` nor case counts, nor how accents are encoded."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", normalised(handle)[1:]).casefold())
