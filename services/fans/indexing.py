"""Under which words a fan is found, and which words a filter asks for. Pure.

Her tags are words too, marked so that no text can look like one: one index then serves text and tags together, within
the owner's own part of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func

from db.models import Fan
from services.search.words import indexed, searched


def searchable(fan: Fan) -> ColumnElement[Any]:
    """The words under which a fan is found: name, handle, e-mail address, and each tag as a whole."""
    return func.array_to_tsvector(words_of(fan.user_id, [fan.name, fan.handle, fan.email], fan.tags or ()))


def words_of(owner: UUID, texts: Iterable[str | None], tags: Iterable[str]) -> list[str]:
    """The same words by themselves, for many fans at once."""
    return [*indexed(owner, texts), *(tag_word(owner, tag) for tag in tags)]


def terms(owner: UUID, text: str | None, tags: Iterable[str]) -> str | None:
    """A tsquery for fans with all words of `text` and all `tags`; None where a text holds no word at all."""
    wanted = [_quoted(tag_word(owner, tag)) for tag in tags]
    if text is not None:
        words = searched(owner, text)
        if words is None:
            return None
        wanted.append(words)
    return " & ".join(wanted)


def tag_word(owner: UUID, tag: str) -> str:
    """Words of texts begin with a letter, a digit or a symbol, never with `#`."""
    return f"{owner.hex[-8:]}#{tag}"


def _quoted(word: str) -> str:
    return "'" + word.replace("\\", "\\\\").replace("'", "''") + "'"
