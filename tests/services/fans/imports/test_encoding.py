from __future__ import annotations

import pytest

from services.fans.imports.encoding import BLOCK, UTF_8, UTF_16, WINDOWS, encoding_of
from services.fans.imports.unreadable import Unreadable

NAMES = "Username,Display Name\n"


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        ((NAMES + "zoe,Zoë €\n").encode(), UTF_8),
        ((NAMES + "zoe,Zoë\n").encode("utf-8-sig"), UTF_8),
        (NAMES.encode(), UTF_8),
        ((NAMES + "zoe,Zoë “€”\n").encode("cp1252"), WINDOWS),
        ((NAMES + "zoe,Zoë\n").encode("utf-16"), UTF_16),
        (b"\xfe\xff" + (NAMES + "zoe,Zoë\n").encode("utf-16-be"), UTF_16),
        # A letter of several bytes across two blocks.
        ((NAMES + "x" * (BLOCK - len(NAMES) - 1) + "ë").encode(), UTF_8),
    ],
)
def test_encodings(content: bytes, encoding: str) -> None:
    assert encoding_of(content) == encoding


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"", "not_empty"),
        (b"PK\x03\x04 and so on", "csv"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "csv"),
        (b"%PDF-1.7", "csv"),
        (b"\x1f\x8b\x08", "csv"),
        (NAMES.encode() + b"a\x00b,c\n", "text"),
        (NAMES.encode("utf-16-le"), "text"),
        ((NAMES + "a\x00b,c\n").encode("utf-16"), "text"),
        (NAMES.encode("utf-32"), "encoding"),
        (b"\x00\x00\xfe\xff" + NAMES.encode("utf-32-be"), "encoding"),
        (b"\xff\xfe" + NAMES.encode("utf-16-le") + b"\x00", "encoding"),
        (NAMES.encode() + b"a\x81,b\n", "encoding"),
        # UTF-8 with one broken letter among good ones is not Windows-1252.
        ((NAMES + "zoë,Zoë\n").encode() + b"jos\xe9,x\n", "encoding"),
    ],
)
def test_what_holds_no_text(content: bytes, rule: str) -> None:
    with pytest.raises(Unreadable) as refused:
        encoding_of(content)
    assert refused.value.rule == rule
