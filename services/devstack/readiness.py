"""Waiting for a process to answer, without waiting for one that never will."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import httpx

from services.devstack.failure import StartFailure
from services.devstack.waiting import met

HOPELESS_DEATHS = 3


async def wait_until_ready(
    http: httpx.AsyncClient,
    url: str,
    deaths: Callable[[], Mapping[str, int]],
    last_line: Callable[[str], str],
    *,
    any_status: bool = False,
    deadline_seconds: float = 60,
) -> None:
    """Returns once `url` answers 200, or anything at all with `any_status`.

    Raises StartFailure at the deadline, or when a program dies again and again.
    """

    async def answers() -> bool:
        _demand_hope(deaths(), last_line)
        status = await _status(http, url)
        return status == httpx.codes.OK or (any_status and status is not None)

    if not await met(answers, deadline_seconds):
        raise StartFailure(f"{url} did not answer within {deadline_seconds:g} s: look into the logs.")


def _demand_hope(deaths: Mapping[str, int], last_line: Callable[[str], str]) -> None:
    for name, count in deaths.items():
        if count >= HOPELESS_DEATHS:
            raise StartFailure(f"The {name} process does not start: {last_line(name)} (more in logs/{name}.log)")


async def _status(http: httpx.AsyncClient, url: str) -> int | None:
    try:
        return (await http.get(url)).status_code
    except httpx.TransportError:
        return None
