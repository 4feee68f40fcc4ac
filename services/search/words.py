"""Text search: which words stand for a text in the index, and which of them a search asks for. Pure.

Words are compared without case and accents, and by their beginnings. Scripts that put no blanks between words, and
emoji, are indexed by single characters and by pairs of neighbours. Each word carries its owner in front, so that a
search touches the owner's part of the index alone.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from uuid import UUID

LONGEST_WORD = 40
MOST_SEARCHED = 12

# Letters and digits that are written in words with blanks between them: Latin, Greek, Cyrillic, Hebrew, Arabic, ...
SPACED = re.compile(r"[^\W_]+")
UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\ua000-\ua4cf\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]"
)


def normalised(text: str) -> str:
    """Without case, accents and compatibility forms."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return unicodedata.normalize("NFC", "".join(c for c in decomposed if not unicodedata.combining(c)))


def indexed(owner: UUID, texts: Iterable[str | None]) -> list[str]:
    """The words under which some texts of one row are found."""
    words = {word for text in texts if text for word, _ in _words(normalised(text), pairs_only=False)}
    return sorted(_of(owner, word) for word in words)


def searched(owner: UUID, text: str) -> str | None:
    """A tsquery all of whose words must be there; None where the text holds nothing that is indexed."""
    words = list(dict.fromkeys(_words(normalised(text), pairs_only=True)))[:MOST_SEARCHED]
    terms = [f"'{_of(owner, word)}'{':*' if beginning else ''}" for word, beginning in words]
    return " & ".join(terms) or None


def _of(owner: UUID, word: str) -> str:
    return owner.hex[-8:] + word


def _words(text: str, *, pairs_only: bool) -> Iterator[tuple[str, bool]]:
    """(word, whether it may be the beginning of a longer one). `pairs_only`: single characters only where alone."""
    for run in _runs(text):
        if _kind(run[0]) == "spaced":
            yield run[:LONGEST_WORD], True
        else:
            yield from _of_unspaced(run, pairs_only)


def _runs(text: str) -> Iterator[str]:
    """Neighbouring characters of one kind: words, unspaced script, or symbols such as emoji."""
    if text.isascii():
        yield from SPACED.findall(text)
        return
    run = ""
    for character in text:
        if run and _kind(character) != _kind(run[-1]):
            yield from _kept(run)
            run = ""
        run += character
    yield from _kept(run)


def _kept(run: str) -> Iterator[str]:
    if run and _kind(run[0]):
        yield run


def _kind(character: str) -> str:
    """Empty for what separates: blanks, punctuation, variation selectors."""
    if UNSPACED.match(character):
        return "unspaced"
    if SPACED.match(character):
        return "spaced"
    return "symbol" if unicodedata.category(character) == "So" else ""


def _of_unspaced(run: str, pairs_only: bool) -> Iterator[tuple[str, bool]]:
    if len(run) == 1 or not pairs_only:
        yield from ((character, False) for character in run)
    yield from ((run[place : place + 2], False) for place in range(len(run) - 1))
