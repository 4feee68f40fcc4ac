"""Placeholders in the text of a campaign: `{name}`, `{handle}`, each with a fallback as in `{handle|you}`. Pure.

Braces around anything that is no single word are text; `{{name}}` is how the word itself is written in braces.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from services.problems import InvalidInput, Path, invalid

PLACEHOLDERS = ("name", "handle")
MAX_FALLBACK = 100

_PLACE = re.compile(r"\{\{(?P<literal>\w+(?:\|[^{}]*)?)\}\}|\{(?P<word>\w+)(?:\|(?P<fallback>[^{}]*))?\}")


@dataclass(frozen=True, slots=True)
class Addressee:
    """What a placeholder may stand for; the handle with its `@`."""

    name: str
    handle: str | None


def problems(content: str, path: Path) -> Iterator[InvalidInput]:
    """One for each placeholder that is not known, or whose fallback is too long."""
    for found in _PLACE.finditer(content):
        word, fallback = found["word"], found["fallback"]
        if word is not None and word.casefold() not in PLACEHOLDERS:
            yield invalid(
                f"{{{word[:50]}}} is no placeholder: there are {{name}} and {{handle}}. "
                f"Write {{{{{word[:50]}}}}} to send it as it is.",
                path,
                "placeholder",
            )
        elif fallback is not None and len(fallback) > MAX_FALLBACK:
            yield invalid(f"A fallback has at most {MAX_FALLBACK} characters.", path, "max_length", MAX_FALLBACK)


def render(content: str, addressee: Addressee) -> str:
    """The text for one fan. A handle that is missing and has no fallback is said by the name, never by nothing."""
    return _PLACE.sub(lambda found: _said(found, addressee), content)


def _said(found: re.Match[str], addressee: Addressee) -> str:
    if (literal := found["literal"]) is not None:
        return f"{{{literal}}}"
    value = {"name": addressee.name, "handle": addressee.handle}.get(found["word"].casefold())
    return (value or "").strip() or (found["fallback"] or "").strip() or addressee.name
