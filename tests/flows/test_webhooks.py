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


async def test_what_is_not_signed_by_the_accounts_secret_is_not_stored(product: Product) -> None:
    mia = product.client()
    await product.connect(mia)
    body = envelope()
    stranger = envelope(account="acct_unknown")
    refused = [
        await deliver(product, body),
        await deliver(product, body, Signature=""),
        await deliver(product, body, Signature="zz"),
        await deliver(product, body, Signature=sign(body, "another secret")),
        await deliver(product, body, Signature=sign(body + b" ")),
        await deliver(product, stranger, Signature=sign(stranger)),
    ]
    assert [(answer.status_code, answer.json()) for answer in refused] == [(401, {"result": "signature refused"})] * 6
    assert await journal(product) == []


async def test_what_is_no_webhook_is_refused_in_words(product: Product) -> None:
    answers = {
        body: (await deliver(product, body, Signature=sign(body))).status_code
        for body in (b"", b"{", b"[]", b"null", b'{"event": 5}', b"\xff\xfe", b'{"event":"x","account_id":"a\\u0000"}')
    }
    assert set(answers.values()) == {400}, answers
    assert (await deliver(product, b"x" * 1_048_577, Signature="a")).status_code == 413
    assert (await deliver(product, b"{}", "/webhooks/nobody")).status_code == 404
    assert (await product.http.get(product.url + PATH)).status_code == 405
    assert await journal(product) == []


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


async def _all_done(product: Product, count: int) -> bool:
    return [status for _, status in await journal(product)] == ["done"] * count


async def _is(product: Product, expected: list[tuple[str, str]]) -> bool:
    return await journal(product) == expected
