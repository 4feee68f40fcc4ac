"""Webhooks: only with a good signature, stored before they are worked on, worked on once."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

import asyncpg
import httpx

from tests.flows.product import INBOX, SECRET, Product
from tests.waiting import eventually

PATH = "/webhooks/sandbox"


def envelope(account: str = "acct_1", message_id: str = "m1", **payload: Any) -> bytes:
    author = {"id": 77, "username": "kim", "name": "Kim"}
    message = {"id": message_id, "text": "<p>Hi&nbsp;there</p>", "createdAt": "2026-11-20T10:00:00Z"} | payload
    return json.dumps(
        {"event": "messages.received", "account_id": account, "payload": message | {"fromUser": author}}
    ).encode()


def sign(body: bytes, secret: str = SECRET) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


async def deliver(product: Product, body: bytes, path: str = PATH, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await product.http.post(product.url + path, content=body, headers=named)


async def journal(product: Product) -> list[tuple[str, str]]:
    connection = await asyncpg.connect(product.settings.database_url.get_secret_value())
    rows = await connection.fetch("SELECT delivery_key, status FROM webhook_deliveries ORDER BY received_at")
    await connection.close()
    return [(row["delivery_key"], row["status"]) for row in rows]


async def test_a_delivery_is_worked_on_once_however_often_it_comes(product: Product) -> None:
    mia = product.client()
    await product.connect(mia)
    body = envelope()
    async with mia.subscribe(INBOX) as inbox:
        await inbox.until("InboxReady")
        for key in ("k1", "k1", "k2"):
            headers = {"Signature": sign(body), "X_OFAPI_Idempotency_Key": key}
            assert (await deliver(product, body, **headers)).status_code == 200
        added = await inbox.until("MessageAdded")
        assert added["message"]["text"].replace("\xa0", " ") == "Hi there"
        await eventually(lambda: _all_done(product, 2))
        fan = await product.fan(mia, "last-event")
        await inbox.until("FanUpdated", fan={"id": fan, "name": "Last-Event", "platformFanId": None})
    assert [event["__typename"] for event in inbox.events].count("MessageAdded") == 1
    assert [key for key, _ in await journal(product)] == ["k1", "k2"]
    found = await mia.run("{ viewer { unreadConversations } }")
    assert found["viewer"]["unreadConversations"] == 1


async def test_the_former_secret_stays_valid_for_a_day(product: Product) -> None:
    mia = product.client()
    await product.connect(mia)
    connect = """mutation { connectAccount(input: {platform: SANDBOX, accountId: "acct_1", displayName: "Mia",
      apiKey: "key-acct_1", webhookSecret: "a newer secret"}) { account { version } errors { code } } }"""
    answer = (await mia.run(connect))["connectAccount"]
    assert answer == {"account": {"version": 2}, "errors": []}
    for secret in (SECRET, "a newer secret"):
        body = envelope(message_id=secret)
        assert (await deliver(product, body, Signature=sign(body, secret))).status_code == 200
    connection = await asyncpg.connect(product.settings.database_url.get_secret_value())
    await connection.execute("UPDATE creator_accounts SET former_webhook_secret_until = now() - interval '1 second'")
    await connection.close()
    body = envelope(message_id="late")
    assert (await deliver(product, body, Signature=sign(body))).status_code == 401


async def test_an_event_nobody_knows_is_kept_and_ignored(product: Product) -> None:
    await product.connect(product.client())
    body = json.dumps({"event": "moon.rose", "account_id": "acct_1", "payload": {}}).encode()
    assert (await deliver(product, body, Signature=sign(body), X_OFAPI_Idempotency_Key="moon")).status_code == 200
    await eventually(lambda: _is(product, [("moon", "ignored")]))


async def test_a_secret_given_again_does_not_end_the_former_one(product: Product) -> None:
    mia = product.client()
    await product.connect(mia)
    for secret in ("a newer secret", "a newer secret"):
        connect = f"""mutation {{ connectAccount(input: {{platform: SANDBOX, accountId: "acct_1", displayName: "Mia",
          apiKey: "key-acct_1", webhookSecret: "{secret}"}}) {{ errors {{ code }} }} }}"""
        assert (await mia.run(connect))["connectAccount"] == {"errors": []}
    for secret in (SECRET, "a newer secret"):
        body = envelope(message_id=secret)
        assert (await deliver(product, body, Signature=sign(body, secret))).status_code == 200


async def test_a_webhook_of_ones_account_never_reaches_another_user(product: Product) -> None:
    """Also where the platform says the same ids, and the account changes hands."""
    agency, mia = product.client("agency"), product.client("mia")
    await product.connect(agency)
    body = envelope(text="for the agency")
    assert (await deliver(product, body, Signature=sign(body))).status_code == 200
    await eventually(lambda: _all_done(product, 1))
    talks = "{ conversations(first: 5) { nodes { fan { name } lastMessage { text } } } }"
    theirs = [{"fan": {"name": "Kim"}, "lastMessage": {"text": "for the agency"}}]
    assert (await agency.run(talks))["conversations"]["nodes"] == theirs

    connect = """mutation { connectAccount(input: {platform: SANDBOX, accountId: "acct_1", displayName: "Mia",
      apiKey: "key-acct_1", webhookSecret: "the secret of mia"}) { errors { code } } }"""
    assert (await mia.run(connect))["connectAccount"] == {"errors": []}
    stale = envelope(message_id="m2")
    assert (await deliver(product, stale, Signature=sign(stale))).status_code == 401
    fresh = envelope(message_id="m1", text="for mia")
    assert (await deliver(product, fresh, Signature=sign(fresh, "the secret of mia"))).status_code == 200
    await eventually(lambda: _all_done(product, 2))
    hers = [{"fan": {"name": "Kim"}, "lastMessage": {"text": "for mia"}}]
    assert (await agency.run(talks))["conversations"]["nodes"] == theirs
    assert (await mia.run(talks))["conversations"]["nodes"] == hers


async def _all_done(product: Product, count: int) -> bool:
    return [status for _, status in await journal(product)] == ["done"] * count


async def _is(product: Product, expected: list[tuple[str, str]]) -> bool:
    return await journal(product) == expected
