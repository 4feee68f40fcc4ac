"""A pytest plugin: answers come late, and not in the order in which they were sent.

    .venv/bin/python -m pytest -p bench.jitter -n 2 --dist worksteal [tests/services ...]

An event loop of these tests holds some of what its sockets and pipes have back for up to `LATE_SECONDS`, each for
itself, as a network and a busy machine do. A test that fails counts on an order nobody promised. The seed is that of
pytest-randomly, or `-p no:randomly` for 0.
"""

from __future__ import annotations

import random
import selectors
import time
from typing import Any

import pytest

SHARE = 0.3
"""Of what is ready, so much is held back."""
LATE_SECONDS = (0.001, 0.05)
LOOK_SECONDS = 0.001


class LateSelector(selectors.DefaultSelector):
    """What a file descriptor is ready for is told late now and then; whatever is told is true."""

    chance = random.Random(0)

    def __init__(self) -> None:
        super().__init__()
        self._held: dict[int, float] = {}

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        found: list[tuple[selectors.SelectorKey, int]] = super().select(timeout)
        told = [each for each in found if self._may_be_told(each[0].fd)]
        if found and not told:
            # The kernel tells it again at once.
            time.sleep(LOOK_SECONDS)
        return told

    def _may_be_told(self, descriptor: int) -> bool:
        now = time.monotonic()
        if descriptor not in self._held and self.chance.random() < SHARE:
            self._held[descriptor] = now + self.chance.uniform(*LATE_SECONDS)
        if self._held.get(descriptor, now) > now:
            return False
        self._held.pop(descriptor, None)
        return True

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        key: selectors.SelectorKey = super().unregister(fileobj)
        self._held.pop(key.fd, None)
        return key


def pytest_configure(config: pytest.Config) -> None:
    LateSelector.chance = random.Random(config.getoption("randomly_seed", 0))
    selectors.DefaultSelector = LateSelector  # type: ignore[misc]
