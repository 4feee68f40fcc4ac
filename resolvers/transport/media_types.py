"""Media types of GraphQL over HTTP: which one a client accepts, and what it may send. Pure."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class MediaType(StrEnum):
    """What an answer can be; the first is for clients that do not care."""

    JSON = "application/json"
    GRAPHQL = "application/graphql-response+json"

    @property
    def header(self) -> str:
        return f"{self.value}; charset=utf-8"


MULTIPART = "multipart/form-data"


class _Range(NamedTuple):
    name: str
    parameters: dict[str, str]
    position: int


def negotiate(accept: str | None) -> MediaType | None:
    """The offered type that `Accept` prefers; None where it excludes both.

    By weight, then by how exactly it is named, then by order (RFC 9110, 12.5.1).
    """
    if not accept or not accept.strip():
        return MediaType.JSON
    ranges = [_Range(*_parse(part), position) for position, part in enumerate(accept.split(",")) if part.strip()]
    ranked = [(_rank(ranges, offered), offered) for offered in MediaType]
    (weight, *_), best = max(ranked, key=lambda each: each[0])
    return best if weight > 0 else None


def is_json(content_type: str | None) -> bool:
    """Whether a body is JSON in UTF-8, as far as its header tells."""
    name, parameters = _parse(content_type or "")
    return name == MediaType.JSON and _is_utf8(parameters)


def is_multipart(content_type: str | None) -> bool:
    """Whether a body is a form whose texts are in UTF-8, as far as its header tells."""
    name, parameters = _parse(content_type or "")
    return name == MULTIPART and _is_utf8(parameters)


def _rank(ranges: list[_Range], offered: MediaType) -> tuple[float, int, int]:
    """Of the most exact range that matches."""
    for exactness, name in enumerate((offered.value, "application/*", "*/*")):
        for each in ranges:
            if each.name == name and _is_utf8(each.parameters):
                return _weight(each.parameters), -exactness, -each.position
    return 0, 0, 0


def _is_utf8(parameters: dict[str, str]) -> bool:
    return parameters.get("charset", "utf-8").lower() in {"utf-8", "utf8"}


def _weight(parameters: dict[str, str]) -> float:
    try:
        weight = float(parameters.get("q", "1"))
    except ValueError:
        return 0
    return weight if 0 <= weight <= 1 else 0


def _parse(value: str) -> tuple[str, dict[str, str]]:
    name, *parameters = value.split(";")
    pairs = (each.partition("=") for each in parameters)
    return name.strip().lower(), {key.strip().lower(): text.strip().strip('"') for key, _, text in pairs}
