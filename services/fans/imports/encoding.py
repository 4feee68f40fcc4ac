"""Which text a file holds: UTF-8, UTF-16 with its mark, or Windows-1252. Pure.

A library that guesses encodings (charset-normalizer) was not taken: with two candidates there is nothing to guess,
and what fits neither is refused.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator

from services.fans.imports.unreadable import Unreadable

UTF_8 = "utf-8-sig"
UTF_16 = "utf-16"
WINDOWS = "cp1252"

BLOCK = 65_536
OTHER_KINDS = (
    (b"PK\x03\x04", "an Excel workbook or a ZIP archive"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
    (b"%PDF", "a PDF"),
    (b"\x1f\x8b", "a compressed file"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
)
"""What files begin with that somebody has named `.csv`."""


def encoding_of(content: bytes) -> str:
    """The name of a codec that reads all of it. Raises Unreadable."""
    if not content:
        raise Unreadable("not_empty", "The file is empty.")
    for beginning, kind in OTHER_KINDS:
        if content.startswith(beginning):
            raise Unreadable("csv", f"This is {kind}, whatever its name says. Save it as CSV (UTF-8) first.")
    if content.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise Unreadable("encoding", "The file is UTF-32. Save it as CSV (UTF-8).")
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _checked(content, UTF_16)
    if b"\x00" in content:
        raise _no_text()
    return UTF_8 if _reads(content, UTF_8) else _eight_bit(content)


def _eight_bit(content: bytes) -> str:
    """Not UTF-8. Where most of its letters are, though, a few bytes are broken, and no other encoding mends them."""
    right, wrong = _counted(content)
    if right >= wrong:
        raise Unreadable("encoding", "The file is UTF-8 but for some broken characters. Save it as CSV (UTF-8) again.")
    return _checked(content, WINDOWS)


def _checked(content: bytes, encoding: str) -> str:
    if not _reads(content, encoding):
        raise Unreadable("encoding", "The file is neither UTF-8 nor Windows-1252. Save it as CSV (UTF-8).")
    return encoding


def _no_text() -> Unreadable:
    return Unreadable("text", "The file holds NUL bytes, so it is no text. Save it as CSV (UTF-8).")


def _reads(content: bytes, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    try:
        for block in _blocks(content):
            if "\x00" in decoder.decode(block):
                raise _no_text()
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _counted(content: bytes) -> tuple[int, int]:
    """Letters beyond ASCII that are UTF-8, and places that are not."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    right = wrong = 0
    for block in _blocks(content):
        text = decoder.decode(block)
        broken = text.count("\ufffd")
        wrong += broken
        right += sum(character > "\x7f" for character in text) - broken
    return right, wrong


def _blocks(content: bytes) -> Iterator[bytes]:
    """Piece by piece, so that no second copy of the file is held."""
    return (content[start : start + BLOCK] for start in range(0, len(content), BLOCK))
