"""Connecting accounts: the key is proven, an account is in one user's hands, messages outlive a disconnect."""

from __future__ import annotations

import asyncio

import asyncpg

from tests.flows.product import CONNECT, Product
from tests.waiting import eventually

ACCOUNTS = "{ viewer { accounts { id status statusDetail accountId } } }"
DISCONNECT = """mutation ($id: ID!) {
  disconnectAccount(id: $id) { account { id status } errors { code path } } }"""
MESSAGE = "query ($id: ID!) { message(id: $id) { status delivery { waitReason } } }"


async def test_a_key_the_platform_refuses_connects_nothing(product: Product) -> None:
    mia = product.client()
    await product.sandbox.account(accountId="acct_1", apiKey="the key")
    given = {"platform": "SANDBOX", "accountId": "acct_1", "displayName": "Mia", "apiKey": "wrong"}
    answer = (await mia.run(CONNECT, {"input": given}))["connectAccount"]
    assert answer["account"] is None
    assert [(error["code"], error["path"]) for error in answer["errors"]] == [("INVALID_INPUT", ["input", "apiKey"])]
    assert "wrong" not in str(answer)
    assert (await mia.run(ACCOUNTS))["viewer"]["accounts"] == []


async def test_a_platform_without_an_adapter_is_not_supported(product: Product) -> None:
    given = {"platform": "PATREON", "accountId": "a", "displayName": "Mia", "apiKey": "k"}
    answer = (await product.client().run(CONNECT, {"input": given}))["connectAccount"]
    assert [(error["code"], error["path"]) for error in answer["errors"]] == [("NOT_SUPPORTED", ["input", "platform"])]


async def test_keys_and_secrets_are_stored_encrypted_and_never_shown(product: Product) -> None:
    await product.connect(product.client())
    connection = await asyncpg.connect(product.settings.database_url.get_secret_value())
    row = await connection.fetchrow("SELECT * FROM creator_accounts")
    await connection.close()
    stored = str(dict(row))
    assert "key-acct_1" not in stored
    assert "a webhook secret" not in stored


async def test_whoever_proves_the_key_takes_the_account_over(product: Product) -> None:
    agency, mia = product.client("agency"), product.client("mia")
    former = await product.connect(agency)
    present = await product.connect(mia)
    [lost] = (await agency.run(ACCOUNTS))["viewer"]["accounts"]
    assert (lost["id"], lost["status"]) == (former, "DISCONNECTED")
    [won] = (await mia.run(ACCOUNTS))["viewer"]["accounts"]
    assert (won["id"], won["status"]) == (present, "CONNECTED")
    fan = await product.fan(agency, accountId=former)
    refused = await product.send(agency, fanId=fan)
    assert [error["code"] for error in refused["errors"]] == ["NOT_CONNECTED"]
    assert await product.sandbox.arrivals() == []


async def test_connected_by_many_at_the_same_moment_it_is_in_the_hands_of_one(product: Product) -> None:
    """Whoever clicks twice, and a second user who does at that moment; nobody is told of a fault."""
    await product.sandbox.account(accountId="acct_1", apiKey="key-acct_1")
    given = {"platform": "SANDBOX", "accountId": "acct_1", "displayName": "Mia", "apiKey": "key-acct_1"}
    clients = [product.client(name) for name in ("mia", "agency", "mia", "agency", "mia")]
    answers = await asyncio.gather(*(client.run(CONNECT, {"input": given}) for client in clients))
    assert [answer["connectAccount"]["errors"] for answer in answers] == [[]] * 5
    present = [(await product.client(name).run(ACCOUNTS))["viewer"]["accounts"] for name in ("mia", "agency")]
    assert [len(accounts) for accounts in present] == [1, 1]
    assert sorted(account["status"] for [account] in present) == ["CONNECTED", "DISCONNECTED"]


async def test_a_disconnect_keeps_what_waits_until_the_account_is_back(product: Product) -> None:
    mia = product.client()
    account = await product.connect(mia)
    fan = await product.fan(mia)
    await product.sandbox.fault("status", status=402, count=1)
    waiting = (await product.send(mia, fanId=fan, text="Patience"))["message"]["id"]
    await eventually(lambda: _stopped(product), 20)
    kept = (await mia.run(MESSAGE, {"id": waiting}))["message"]
    assert kept == {"status": "QUEUED", "delivery": {"waitReason": "ACCOUNT_DISCONNECTED"}}
    answer = (await mia.run(DISCONNECT, {"id": account}))["disconnectAccount"]
    assert answer == {"account": {"id": account, "status": "DISCONNECTED"}, "errors": []}
    assert [e["code"] for e in (await product.send(mia, fanId=fan))["errors"]] == ["NOT_CONNECTED"]
    assert [arrival["delivered"] for arrival in await product.sandbox.arrivals()] == [False]
    assert await product.connect(mia) == account
    await eventually(lambda: _delivered(product, 1), 20)
    [unknown] = (await mia.run(DISCONNECT, {"id": "nothing"}))["disconnectAccount"]["errors"]
    assert unknown == {"code": "NOT_FOUND", "path": ["id"]}


async def test_fans_kept_before_an_account_was_connected_become_its_own(product: Product) -> None:
    mia = product.client()
    fan = await product.fan(mia)
    account = await product.connect(mia)
    found = await mia.run("query ($id: ID!) { fan(id: $id) { account { id } } }", {"id": fan})
    assert found == {"fan": {"account": {"id": account}}}


async def _stopped(product: Product) -> bool:
    [account] = (await product.client().run(ACCOUNTS))["viewer"]["accounts"]
    return bool(account["status"] == "DEGRADED" and account["statusDetail"])


async def _delivered(product: Product, count: int) -> bool:
    return await product.sandbox.delivered() == count
