"""Waiting for a condition in tests, with a deadline instead of a sleep."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable

from services.devstack.waiting import met


async def eventually(
    condition: Callable[[], bool | Awaitable[bool]], deadline: float = 30, what: str = "the condition"
) -> None:
    """Returns as soon as the condition holds; fails the test where it does not hold within `deadline` seconds."""

    async def holds() -> bool:
        answer = condition()
        return bool(await answer) if inspect.isawaitable(answer) else bool(answer)

    if not await met(holds, deadline):
        raise AssertionError(f"{what} did not hold within {deadline:g} s")
