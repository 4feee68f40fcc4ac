from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.services.platforms.control import SandboxControl

KEY = {"Authorization": "Bearer key-1"}
FAN = {"id": 7, "username": "jo", "name": "Jo"}


ODD_FORMS: list[tuple[str, Any]] = [
    ("accounts", {}),
    ("accounts", {"accountId": "a/b", "apiKey": "k", "displayName": "M"}),
    ("accounts", {"accountId": "a", "apiKey": "k", "displayName": "M", "webhookURL": "http://x"}),
    ("accounts", {"accountId": "a", "apiKey": "k", "displayName": "M", "webhookUrl": "file:///x"}),
    ("faults", {"kind": "earthquake"}),
    ("faults", {"kind": "status", "count": 0}),
    ("faults", {"kind": "status", "retryAfter": 1}),
    ("inbound", {"accountId": "acct_1", "fan": {}, "text": "Hi"}),
    ("inbound", {"accountId": "acct_1", "fan": FAN, "text": "Hi", "price": "free"}),
    ("inbound", []),
]


async def test_odd_forms_are_refused_and_change_nothing(control: SandboxControl) -> None:
    for path, body in ODD_FORMS:
        assert (await control.http.post(f"/control/{path}", json=body)).status_code == 422, (path, body)

    assert (await control.http.get("/accounts", headers=KEY)).json()[0]["id"] == "acct_1"
    assert len((await control.http.get("/acct_1/chats/7/messages", headers=KEY)).json()["data"]) == 0


async def test_registering_again_replaces(control: SandboxControl) -> None:
    await control.account(displayName="Mia the second", apiKey="key-2")

    assert (await control.http.get("/accounts", headers=KEY)).status_code == 401
    [account] = (await control.http.get("/accounts", headers={"Authorization": "Bearer key-2"})).json()
    assert account["display_name"] == "Mia the second"


async def test_an_unknown_account_has_no_fans(control: SandboxControl) -> None:
    body = {"accountId": "acct_9", "fan": FAN, "text": "Hi"}

    assert (await control.http.post("/control/inbound", json=body)).status_code == 404


async def test_arrivals_tell_their_time_and_can_be_forgotten(control: SandboxControl) -> None:
    await control.http.post("/acct_1/chats/7/messages", json={"text": "Hi"}, headers=KEY)
    [arrival] = await control.arrivals()
    assert datetime.fromisoformat(arrival["receivedAtIso"]).timestamp() == arrival["receivedAt"]
    assert arrival["body"] == {"text": "Hi"}
    none = await control.http.get("/control/deliveries", params={"accountId": "acct_2"})
    assert none.json() == {"count": 0, "deliveries": []}

    await control.http.delete("/control/deliveries")

    assert await control.arrivals() == []
    assert len((await control.http.get("/acct_1/chats/7/messages", headers=KEY)).json()["data"]) == 1


async def test_it_says_that_it_is_alive(control: SandboxControl) -> None:
    assert (await control.http.get("/healthz")).json() == {"status": "ok"}
