"""Idempotency keys of the sandbox: one key, one request, one delivery."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import dataclass

from services.platforms.sandbox_server.chats import ChatMessage

MAX_KEYS = 50_000


@dataclass(frozen=True, slots=True)
class Kept:
    """What a key stands for: the request it came with and the message it delivered."""

    fingerprint: str
    message: ChatMessage


class Keys:
    """The keys used longest ago are forgotten first."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, str], Kept] = OrderedDict()

    def get(self, account_id: str, key: str) -> Kept | None:
        return self._kept.get((account_id, key))

    def keep(self, account_id: str, key: str, kept: Kept) -> None:
        self._kept[account_id, key] = kept
        if len(self._kept) > MAX_KEYS:
            self._kept.popitem(last=False)


def is_valid(key: str) -> bool:
    return 1 <= len(key) <= 255 and key.isascii() and key.isprintable()


def fingerprint(chat_id: str, body: bytes) -> str:
    return hashlib.sha256(chat_id.encode() + b"\0" + body).hexdigest()
