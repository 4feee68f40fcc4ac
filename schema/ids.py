"""Global ids: opaque to clients, a type name and a UUID to us."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import strawberry
from strawberry.relay.utils import from_base64, to_base64

NOWHERE = UUID(int=0)
"""What an id that does not parse, or is of another type, names: nothing. So it behaves like an unknown one."""


def encode(kind: str, key: UUID) -> strawberry.ID:
    return strawberry.ID(to_base64(kind, str(key)))


def parse(text: str) -> tuple[str, UUID]:
    """The type and the key; ("", NOWHERE) for what is no id of ours."""
    try:
        kind, key = from_base64(text)
        return kind, UUID(key)
    except ValueError:
        return "", NOWHERE


def decode(kind: str, text: str) -> UUID:
    """The key of an id of this type; NOWHERE for anything else."""
    found, key = parse(text)
    return key if found == kind else NOWHERE


def decode_optional(kind: str, text: str | None) -> UUID | None:
    return None if text is None else decode(kind, text)


def decode_each(kind: str, texts: Sequence[str] | None) -> tuple[UUID, ...] | None:
    return None if texts is None else tuple(decode(kind, text) for text in texts)
