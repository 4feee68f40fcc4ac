"""What may not be sent is refused with its field named, stores nothing and reaches no platform."""

from __future__ import annotations

from typing import Any

from tests.flows.product import INBOX, Product

REFUSED: list[tuple[dict[str, Any], str, list[str]]] = [
    ({"text": ""}, "required", ["input", "text"]),
    ({"text": " \n\t "}, "required", ["input", "text"]),
    ({"text": "x" * 5001}, "max_length", ["input", "text"]),
    ({"text": "nul \x00"}, "characters", ["input", "text"]),
    ({"priority": 0}, "min", ["input", "priority"]),
    ({"priority": 11}, "max", ["input", "priority"]),
    ({"priceCents": -1}, "min", ["input", "priceCents"]),
    ({"priceCents": 99}, "min_price", ["input", "priceCents"]),
    (
        {"attachments": [{"type": "IMAGE", "url": "javascript:alert(1)"}]},
        "http_url",
        ["input", "attachments", "0", "url"],
    ),
    ({"attachments": [{"type": "IMAGE"}]}, "exactly_one", ["input", "attachments", "0"]),
    ({"scheduledAt": "2020-01-01T00:00:00Z"}, "future", ["input", "scheduledAt"]),
    ({"metadata": [1]}, "object", ["input", "metadata"]),
    ({"metadata": {"big": "x" * 5000}}, "max_bytes", ["input", "metadata"]),
    ({"idempotencyKey": ""}, "required", ["input", "idempotencyKey"]),
]


async def test_a_broken_rule_names_its_field(refusing: tuple[Product, str]) -> None:
    product, fan = refusing
    for wrong, rule, path in REFUSED:
        answer = await product.send(product.client(), fanId=fan, **wrong)
        assert answer["message"] is None
        found = [(error["code"], error["rule"], error["path"]) for error in answer["errors"]]
        assert found == [("INVALID_INPUT", rule, path)], wrong
    await _nothing_was_stored(product, fan)


async def test_exactly_one_target(refusing: tuple[Product, str]) -> None:
    product, fan = refusing
    for target in ({}, {"fanId": fan, "conversationId": fan}):
        [error] = (await product.send(product.client(), **target))["errors"]
        assert (error["code"], error["path"], error["rule"]) == ("INVALID_INPUT", ["input"], "exactly_one")
    await _nothing_was_stored(product, fan)


async def test_unknown_foreign_and_malformed_targets_are_alike(refusing: tuple[Product, str]) -> None:
    product, fan = refusing
    stranger = product.client("stranger")
    unknown = "RmFuOjAxOTJhNWIwLTAwMDAtNzAwMC04MDAwLTAwMDAwMDAwMDAwMA=="
    answers = [
        (await product.send(client, fanId=target))["errors"]
        for client, target in [
            (stranger, fan),
            (product.client(), unknown),
            (product.client(), "no id at all"),
            (product.client(), ""),
        ]
    ]
    assert [error["code"] for [error] in answers] == ["NOT_FOUND"] * 4
    assert all(errors == answers[0] for errors in answers)
    conversation = (await product.send(product.client(), conversationId=fan))["errors"]
    assert conversation[0]["code"] == "NOT_FOUND"
    await _nothing_was_stored(product, fan)


async def test_a_priced_message_needs_media_where_the_platform_wants_it(refusing: tuple[Product, str]) -> None:
    """The gateway to OnlyFans takes whole dollars and wants media: both are refused before anything is queued."""
    product, _ = refusing
    mia = product.client()
    fan = await product.fan(mia, "kim", platform="ONLYFANS")
    [error] = (await product.send(mia, fanId=fan, priceCents=500))["errors"]
    assert (error["code"], error["rule"], error["path"]) == (
        "INVALID_INPUT",
        "price_needs_media",
        ["input", "priceCents"],
    )
    [error] = (await product.send(mia, fanId=fan, priceCents=555))["errors"]
    assert (error["rule"], error["limit"]) == ("price_step", 100)


async def test_a_fan_nobody_can_reach_is_refused(refusing: tuple[Product, str]) -> None:
    product, _ = refusing
    mia = product.client()
    fan = await product.fan(mia, None, name="Sam")
    [error] = (await product.send(mia, fanId=fan))["errors"]
    assert (error["code"], error["rule"], error["path"]) == ("INVALID_INPUT", "reachable", ["input", "fanId"])


async def test_no_account_no_sending(refusing: tuple[Product, str]) -> None:
    product, _ = refusing
    newcomer = product.client("newcomer")
    fan = await product.fan(newcomer)
    [error] = (await product.send(newcomer, fanId=fan))["errors"]
    assert error["code"] == "NOT_CONNECTED"
    patron = await product.fan(newcomer, "pat", platform="PATREON")
    [error] = (await product.send(newcomer, fanId=patron))["errors"]
    assert error["code"] == "NOT_CONNECTED"


async def test_the_same_key_sends_once(refusing: tuple[Product, str]) -> None:
    product, fan = refusing
    mia = product.client()
    async with mia.subscribe(INBOX) as inbox:
        await inbox.until("InboxReady")
        first = await product.send(mia, fanId=fan, text="Once", idempotencyKey="k")
        again = await product.send(mia, fanId=fan, text="Once", idempotencyKey="k")
        assert again["errors"] == []
        assert again["message"]["id"] == first["message"]["id"]
        other = await product.send(mia, fanId=fan, text="Twice", idempotencyKey="k")
        assert other["message"] is None
        assert [(error["code"], error["path"]) for error in other["errors"]] == [
            ("CONFLICT", ["input", "idempotencyKey"])
        ]
        await inbox.until("MessageUpdated", status="SENT")
    assert [arrival["text"] for arrival in await product.sandbox.arrivals()] == ["Once"]


async def _nothing_was_stored(product: Product, fan: str) -> None:
    answer = await product.client().run("query ($id: ID!) { fan(id: $id) { conversation { id } } }", {"id": fan})
    assert answer == {"fan": {"conversation": None}}
    assert await product.sandbox.arrivals() == []
