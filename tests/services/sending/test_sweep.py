"""A round of the sweeper goes on while there is more, and not for ever. What it does to a message is in other tests."""

from __future__ import annotations

import pytest

from services.sending.sweep import BATCH, MOST_BATCHES, to_the_end


@pytest.mark.parametrize(
    ("waiting", "moved"),
    [(0, 0), (1, 1), (BATCH, BATCH), (3 * BATCH + 1, 3 * BATCH + 1), (10**6, MOST_BATCHES * BATCH)],
)
async def test_batch_after_batch_until_one_is_not_full(waiting: int, moved: int) -> None:
    left = waiting

    async def step() -> int:
        nonlocal left
        found = min(left, BATCH)
        left -= found
        return found

    assert await to_the_end(step) == moved
