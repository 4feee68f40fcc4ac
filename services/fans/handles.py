"""Handles: how they are written and how two of them are compared. Pure."""

from __future__ import annotations

import unicodedata


def normalised(handle: str) -> str:
    """As it is shown: one `@` in front, no blanks around."""
    return "@" + handle.strip().lstrip("@").strip()


def key(handle: str) -> str:
    """What two handles of one fan have in common: neither `@` nor case counts."""
    return unicodedata.normalize("NFC", normalised(handle)[1:]).casefold()
