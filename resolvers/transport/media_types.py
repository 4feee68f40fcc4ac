"""Media types of GraphQL over HTTP: which one a client accepts, and what it may send. Pure."""

from __future__ import annotations

from email.message import Message
from enum import StrEnum


class MediaType(StrEnum):
    """What an answer can be; the first is what a client gets that does not care."""

    JSON = "application/json"
    GRAPHQL = "application/graphql-response+json"

    @property
    def header(self) -> str:
        return f"{self.value}; charset=utf-8"


def negotiate(accept: str | None) -> MediaType | None:
    """The offered type that `Accept` prefers; None where it excludes both."""
    if not accept or not accept.strip():
        return MediaType.JSON
    ranges = [_parse(part) for part in accept.split(",") if part.strip()]
    ranked = [(_quality(ranges, offered), offered) for offered in MediaType]
    # `max` keeps the first of equals, which is JSON unless the client named the other one alone.
    quality, best = max(ranked, key=lambda each: each[0])
    return best if quality > 0 else None


def is_json(content_type: str | None) -> bool:
    """Whether a body is JSON in UTF-8, as far as its header tells."""
    if not content_type:
        return False
    name, parameters = _parse(content_type)
    return name == MediaType.JSON and parameters.get("charset", "utf-8").lower() in {"utf-8", "utf8"}


def _quality(ranges: list[tuple[str, dict[str, str]]], offered: MediaType) -> float:
    """The weight of the most specific range that matches (RFC 9110, 12.5.1); 0 where none does."""
    weights = {name: _weight(parameters) for name, parameters in ranges if _is_utf8(parameters)}
    for name in (offered.value, "application/*", "*/*"):
        if name in weights:
            return weights[name]
    return 0


def _is_utf8(parameters: dict[str, str]) -> bool:
    return parameters.get("charset", "utf-8").lower() in {"utf-8", "utf8"}


def _weight(parameters: dict[str, str]) -> float:
    try:
        return min(max(float(parameters.get("q", "1")), 0.0), 1.0)
    except ValueError:
        return 0


def _parse(value: str) -> tuple[str, dict[str, str]]:
    message = Message()
    message["content-type"] = value.strip()
    (name, _), *parameters = message.get_params() or [("", "")]
    return name.strip().lower(), {key.lower(): text for key, text in parameters}
