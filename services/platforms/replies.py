"""What came back from a platform, and what can be read in it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

MAX_REASON_LENGTH = 200
_ECHO_LENGTH = 12
_ECHO_FLOOR = 4
_REASON_FIELDS = ("message", "error", "detail", "error_description", "code", "errors")
_SESSION_EXPIRED = re.compile(r"session[\s_-]*(?:has |is )?expired|re-?authenticat|re-?connect", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reply:
    """One HTTP response. Header names are lower case; the body may be cut short."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    def json(self) -> Any:
        """The body as JSON, None where it is none."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None


def identifier(value: object) -> str | None:
    """A platform's id as the string we keep; None for what cannot be an id."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    text = str(value).strip()
    return text if 0 < len(text) <= 255 and text.isprintable() else None


def reason(reply: Reply, private: Sequence[str] = ()) -> str:
    """The platform's own words in one bounded line after the status. Words that repeat `private` text are dropped."""
    for found in _sentences(reply.json()):
        line = " ".join("".join(c if c.isprintable() else " " for c in found[:2000]).split())[:MAX_REASON_LENGTH]
        if line and not any(_echoes(line, text) for text in private):
            return f"HTTP {reply.status}: {line}"
    return f"HTTP {reply.status}"


def session_expired(reply: Reply) -> bool:
    """Does the platform say that the account's own session with it has ended?"""
    return any(_SESSION_EXPIRED.search(found) for found in _sentences(reply.json()))


def field(reply: Reply, name: str) -> str | None:
    """A text field of the answer, at the top or one level down in `error` or `data`."""
    answer = reply.json()
    levels = [answer, *(answer.get(key) for key in ("error", "data"))] if isinstance(answer, dict) else []
    for level in levels:
        if isinstance(level, dict) and isinstance(value := level.get(name), str):
            return value
    return None


def _sentences(answer: object, depth: int = 0) -> Iterator[str]:
    if isinstance(answer, str):
        yield answer
    elif isinstance(answer, list) and depth < 4:
        for item in answer[:5]:
            yield from _sentences(item, depth + 1)
    elif isinstance(answer, dict) and depth < 4:
        for name in _REASON_FIELDS:
            inner = answer.get(name)
            # Inside `errors` the keys are the names of fields and the values are the sentences.
            if name == "errors" and isinstance(inner, dict):
                inner = list(inner.values())
            yield from _sentences(inner, depth + 1)


def _echoes(line: str, text: str) -> bool:
    window = min(_ECHO_LENGTH, len(text))
    if window < _ECHO_FLOOR:
        return False
    return any(line[start : start + window] in text for start in range(len(line) - window + 1))
