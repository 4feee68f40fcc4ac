"""The fans of the sandbox: who answers to a handle, and what they say."""

from __future__ import annotations

import hashlib
import re
from collections import OrderedDict
from dataclasses import dataclass
from typing import TypeVar

MAX_FANS = 20_000
UNKNOWN_PREFIX = "nobody"
Known = TypeVar("Known")
REPLIES = (
    "Aww, thank you! That made my day.",
    "Haha, I was just thinking about you!",
    "Yes please, tell me more.",
    "You are so sweet.",
    "Just got home from work. How was your day?",
    "I love that!",
    "No way, really?",
    "When is the next one coming?",
    "That is so kind of you to write.",
    "I could talk to you all evening.",
    "Sounds like a plan.",
    "Wow. Just wow.",
    "I have been waiting for this!",
    "Good morning from over here!",
    "You always know what to say.",
    "Can't wait to see it.",
    "Sorry, I was asleep. Hi!",
    "That's a great picture.",
    "What are you up to this weekend?",
    "I told a friend about you today.",
    "Ha, you got me there.",
    "Thanks for remembering!",
    "Is there more of this?",
    "You're the best.",
)


@dataclass(frozen=True, slots=True)
class SandboxFan:
    """A fan without a known handle has only an id."""

    fan_id: str
    username: str | None = None
    name: str | None = None


class Fans:
    """Handles give the same ids in every process; fans that were introduced keep the id they came with."""

    def __init__(self) -> None:
        self._by_handle: OrderedDict[str, SandboxFan] = OrderedDict()
        self._by_id: OrderedDict[str, SandboxFan] = OrderedDict()
        self._turns: OrderedDict[str, int] = OrderedDict()

    def introduce(self, fan: SandboxFan) -> SandboxFan:
        """Remember a fan; the ones remembered longest are forgotten first."""
        if fan.username:
            _remember(self._by_handle, fan.username.casefold(), fan)
        _remember(self._by_id, fan.fan_id, fan)
        return fan

    def called(self, handle: str) -> SandboxFan | None:
        """The fan of this handle; nobody is called `nobody...`."""
        name = handle.casefold()
        if name.startswith(UNKNOWN_PREFIX):
            return None
        return self._by_handle.get(name) or self.introduce(SandboxFan(_fan_id(name), name, _display_name(name)))

    def get(self, fan_id: str) -> SandboxFan:
        return self._by_id.get(fan_id) or SandboxFan(fan_id)

    def next_words(self, fan_id: str) -> str:
        """What a fan says next: varied, the same in every run, and never the same twice in a row."""
        turn = self._turns.get(fan_id, _hash(fan_id)) + 1
        _remember(self._turns, fan_id, turn)
        return REPLIES[turn % len(REPLIES)]


def _fan_id(name: str) -> str:
    return str(10**11 + _hash(name) % (9 * 10**11))


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def _display_name(name: str) -> str:
    words = [word.capitalize() for word in re.split(r"[\W\d_]+", name) if word]
    return " ".join(words) or name


def _remember(known: OrderedDict[str, Known], key: str, value: Known) -> None:
    known[key] = value
    known.move_to_end(key)
    if len(known) > MAX_FANS:
        known.popitem(last=False)
