"""Between the plain text of our messages and the HTML a gateway speaks."""

from __future__ import annotations

import html
import re
import unicodedata
from html.parser import HTMLParser

_MAX_HTML_LENGTH = 100_000
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_BLOCKS = frozenset({"p", "div", "li", "blockquote", "h1", "h2", "h3"})


class _TextReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self._after_break = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        if tag == "br":
            self.text += "\n"
            self._after_break = True
        elif tag in _BLOCKS:
            self._end_line()

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self._end_line()

    def handle_data(self, data: str) -> None:
        # Platforms write `<br />` and a newline of the source for one line end.
        self.text += data.removeprefix("\n") if self._after_break else data
        self._after_break = False

    def _end_line(self) -> None:
        if self.text and not self.text.endswith("\n"):
            self.text += "\n"
        self._after_break = True


def plain(markup: str) -> str:
    """The text a reader sees: tags gone, entities decoded, `<br>` and paragraphs as newlines, ends trimmed.

    Characters that PostgreSQL cannot store (NUL, lone surrogates) are left out.
    """
    reader = _TextReader()
    reader.feed(markup[:_MAX_HTML_LENGTH].replace("\r\n", "\n"))
    reader.close()
    return storable(reader.text).strip()


def marked_up(text: str) -> str:
    """Plain text as HTML that shows the same characters and the same lines."""
    return html.escape(text, quote=False).replace("\r\n", "\n").replace("\n", "<br>")


def same_text(one: str, other: str) -> bool:
    """Are two plain texts the same message? Platforms change white space and Unicode composition, nothing else."""
    return _compared(one) == _compared(other)


def storable(text: str) -> str:
    """The text without the characters PostgreSQL cannot store."""
    return _UNSTORABLE.sub("", text)


def _compared(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())
