from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from tests.services.platforms.control import SandboxControl
from tests.waiting import eventually

PATH = "/acct_1/chats/77/messages"
KEY = {"Authorization": "Bearer key-1"}


async def post(
    control: SandboxControl, body: Any = None, key: str | None = None, path: str = PATH, **headers: str
) -> httpx.Response:
    given = KEY | ({"Idempotency-Key": key} if key else {}) | headers
    return await control.http.post(path, json=body or {"text": "Hi"}, headers=given)


async def test_one_key_delivers_one_message(control: SandboxControl) -> None:
    first, second = await post(control, key="k"), await post(control, key="k")

    assert first.status_code == second.status_code == 200
    assert first.json() == second.json()
    assert second.headers["idempotent-replayed"] == "true"
    assert [(a["delivered"], a["repeat"]) for a in await control.arrivals()] == [(True, False), (False, True)]


@pytest.mark.parametrize(("body", "path"), [({"text": "Other"}, PATH), ({"text": "Hi"}, "/acct_1/chats/78/messages")])
async def test_a_key_with_another_request_is_a_conflict(control: SandboxControl, body: Any, path: str) -> None:
    await post(control, key="k")

    second = await post(control, body, key="k", path=path)

    assert (second.status_code, second.json()["code"]) == (409, "IDEMPOTENCY_KEY_MISMATCH")
    assert await control.delivered() == 1


async def test_keys_of_one_account_are_not_those_of_another(control: SandboxControl) -> None:
    await control.account(accountId="acct_2", apiKey="key-2")
    await post(control, key="k")

    other = await post(control, key="k", path="/acct_2/chats/77/messages", Authorization="Bearer key-2")

    assert other.status_code == 200
    assert await control.delivered() == 2


async def test_without_a_key_every_request_delivers(control: SandboxControl) -> None:
    first, second = await post(control), await post(control)

    assert first.json()["data"]["id"] < second.json()["data"]["id"]
    assert await control.delivered() == 2


@pytest.mark.parametrize(
    ("headers", "path", "status"),
    [
        ({"Authorization": ""}, PATH, 401),
        ({"Authorization": "Bearer other"}, PATH, 401),
        ({"Authorization": "Basic key-1"}, PATH, 401),
        ({}, "/acct_2/chats/77/messages", 403),
        ({"Idempotency-Key": "x" * 256}, PATH, 400),
    ],
)
async def test_who_may_not_send_delivers_nothing(
    control: SandboxControl, headers: dict[str, str], path: str, status: int
) -> None:
    response = await post(control, path=path, **headers)

    assert response.status_code == status
    assert [(a["status"], a["delivered"]) for a in await control.arrivals()] == [(status, False)]


async def test_what_cannot_be_sent_is_refused(control: SandboxControl) -> None:
    assert (await control.http.post(PATH, content=b"\xff", headers=KEY)).status_code == 422
    assert (await control.http.post(PATH, json={"text": "", "mediaFiles": []}, headers=KEY)).status_code == 422
    assert (await control.http.post(PATH, json={"text": "Hi", "mediaFiles": ["ofapi_media_x"]}, headers=KEY)).is_error
    assert (await control.http.post(PATH, content=b"x" * 70_000, headers=KEY)).status_code == 413
    assert await control.delivered() == 0


async def test_faults_wait_in_line_for_those_they_are_meant_for(control: SandboxControl) -> None:
    await control.account(accountId="acct_2", apiKey="key-2")
    await control.fault("status", status=418, count=2, accountId="acct_2")
    await control.fault("status", status=500, accountId="acct_1")
    two = {"path": "/acct_2/chats/77/messages", "Authorization": "Bearer key-2"}

    statuses = [(await post(control)).status_code, *[(await post(control, **two)).status_code for _ in range(3)]]
    statuses.append((await post(control)).status_code)

    assert statuses == [500, 418, 418, 200, 200]


async def test_mending_ends_every_fault(control: SandboxControl) -> None:
    await control.fault("status", count=100)
    await control.mend()

    assert (await post(control)).status_code == 200


async def test_mending_lets_go_on_what_is_delayed(control: SandboxControl) -> None:
    for kind in ("delay", "delay_after"):
        await control.fault(kind, seconds=3600)
    held = [asyncio.create_task(post(control)) for _ in range(2)]
    await eventually(lambda: _arrived(control, 2), what="two requests")
    assert [each["delivered"] for each in await control.arrivals()] == [False, True]
    assert [each.done() for each in held] == [False, False]

    await control.mend()

    assert [(await each).status_code for each in held] == [200, 200]
    assert await control.delivered() == 2


async def _arrived(control: SandboxControl, count: int) -> bool:
    return len(await control.arrivals()) == count


async def test_pages_of_a_chat_go_back_in_time(control: SandboxControl) -> None:
    sent = [(await post(control)).json()["data"]["id"] for _ in range(5)]

    first = (await control.http.get(PATH, params={"limit": "3"}, headers=KEY)).json()
    second = (await control.http.get(first["_pagination"]["next_page"], headers=KEY)).json()

    assert [m["id"] for m in first["data"] + second["data"]] == sent[::-1]
    assert second["_pagination"]["next_page"] is None
