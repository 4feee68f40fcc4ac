from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from services.platforms.departure import Departure, GaveUp

POST: dict[str, Any] = {"request": SimpleNamespace(method=b"POST")}
CONNECT: dict[str, Any] = {"request": SimpleNamespace(method=b"CONNECT")}


@pytest.mark.parametrize(
    ("event", "info", "begun"),
    [
        ("http11.send_request_headers.started", POST, True),
        ("http2.send_request_headers.started", POST, True),
        ("http11.send_request_headers.started", CONNECT, False),
        ("connection.connect_tcp.started", POST, False),
        ("connection.start_tls.complete", {}, False),
        ("http11.send_request_headers.failed", {}, False),
    ],
)
async def test_only_the_start_of_the_request_is_a_departure(event: str, info: dict[str, Any], begun: bool) -> None:
    asked: list[bool] = []

    def permit() -> bool:
        asked.append(True)
        return True

    departure = Departure(permit)

    await departure(event, info)

    assert departure.begun is begun
    assert len(asked) == int(begun)


async def test_a_refused_departure_raises_and_has_not_begun() -> None:
    departure = Departure(lambda: False)

    with pytest.raises(GaveUp):
        await departure("http11.send_request_headers.started", POST)

    assert not departure.begun
