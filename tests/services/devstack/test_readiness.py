from __future__ import annotations

import httpx
import pytest

from services.devstack.failure import StartFailure
from services.devstack.readiness import wait_until_ready


def _answering(*statuses: int) -> httpx.AsyncClient:
    left = list(statuses)

    def answer(request: httpx.Request) -> httpx.Response:
        status = left.pop(0) if len(left) > 1 else left[0]
        if not status:
            raise httpx.ConnectError("refused", request=request)
        return httpx.Response(status)

    return httpx.AsyncClient(transport=httpx.MockTransport(answer))


async def test_it_waits_until_the_answer_is_200() -> None:
    async with _answering(0, 503, 200) as http:
        await wait_until_ready(http, "http://api/readyz", dict, str)


async def test_any_answer_will_do_where_that_is_asked_for() -> None:
    async with _answering(0, 404) as http:
        await wait_until_ready(http, "http://sandbox/", dict, str, any_status=True)


async def test_a_program_that_dies_again_and_again_ends_the_wait_with_its_last_words() -> None:
    async with _answering(0) as http:
        with pytest.raises(StartFailure, match=r"^The api process does not start: no module \(more in logs/api.log\)$"):
            await wait_until_ready(http, "http://api/readyz", lambda: {"api": 3}, lambda _: "no module")


async def test_two_deaths_are_no_reason_to_give_up() -> None:
    async with _answering(0, 200) as http:
        await wait_until_ready(http, "http://api/readyz", lambda: {"api": 2}, str)


async def test_the_deadline_is_named() -> None:
    async with _answering(503) as http:
        with pytest.raises(StartFailure, match=r"^http://api/readyz did not answer within 0.2 s"):
            await wait_until_ready(http, "http://api/readyz", dict, str, deadline_seconds=0.2)
