"""Bells for what changes without a live event, such as the progress of an import."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID


class Topics:
    """Of this process: who waits to hear of which topic of which owner."""

    def __init__(self) -> None:
        self._bells: dict[tuple[UUID, str], set[asyncio.Event]] = {}

    @contextmanager
    def bell(self, owner: UUID, topic: str) -> Iterator[asyncio.Event]:
        """Set whenever the topic is announced; whoever waits for it clears it."""
        bell, key = asyncio.Event(), (owner, topic)
        self._bells.setdefault(key, set()).add(bell)
        try:
            yield bell
        finally:
            self._bells[key].discard(bell)
            if not self._bells[key]:
                del self._bells[key]

    def ring(self, owner: UUID, topic: str) -> None:
        for bell in self._bells.get((owner, topic), ()):
            bell.set()

    def ring_all(self) -> None:
        """Announcements may have passed unheard."""
        for bells in self._bells.values():
            for bell in bells:
                bell.set()
