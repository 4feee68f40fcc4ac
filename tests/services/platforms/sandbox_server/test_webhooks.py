from __future__ import annotations

import json

from services.platforms.gateway import GatewayAdapter
from services.platforms.inbound import received_message
from services.platforms.sandbox_server.fans import REPLIES
from tests.services.platforms.control import SandboxControl
from tests.services.platforms.sandbox_server.receiver import receiving

KEY = {"Authorization": "Bearer key-1"}
SECRET = "whsec-1"


async def test_a_fans_message_arrives_signed_and_readable(control: SandboxControl, adapter: GatewayAdapter) -> None:
    async with receiving() as receiver:
        await control.account(webhookUrl=receiver.url, webhookSecret=SECRET)
        fan = {"id": "fan-1", "username": "alex", "name": "Alex"}
        made = await control.inbound(
            fan=fan, text="Tom & Jerry <3\nbye", price="$4.50", media=["https://example.com/a"]
        )
        await receiver.wait_for(1)

    [(headers, body)] = receiver.taken
    assert adapter.verify_webhook(SECRET, body, headers["signature"])
    assert not adapter.verify_webhook("other", body, headers["signature"])
    assert headers["x-ofapi-idempotency-key"].startswith("evt_")
    envelope = adapter.parse_webhook(body)
    message = received_message(envelope)
    assert envelope.account_id == "acct_1"
    assert (message.platform_message_id, message.platform_fan_id) == (str(made["messageId"]), "fan-1")
    assert (message.handle, message.name, message.text) == ("alex", "Alex", "Tom & Jerry <3\nbye")
    assert (message.price_cents, [media.url for media in message.media]) == (450, ["https://example.com/a"])


async def test_a_fan_answers_a_message_and_the_message_is_announced(
    control: SandboxControl, adapter: GatewayAdapter
) -> None:
    async with receiving() as receiver:
        await control.account(webhookUrl=receiver.url, webhookSecret=SECRET, replyAfterSeconds=0)
        for number in range(2):
            await control.http.post("/acct_1/chats/77/messages", json={"text": f"Hi {number}"}, headers=KEY)
            await receiver.wait_for(2 * number + 2)

    envelopes = [adapter.parse_webhook(body) for _, body in receiver.taken]
    assert sorted(envelope.kind for envelope in envelopes) == ["messages.received"] * 2 + ["messages.sent"] * 2
    replies = [received_message(envelope) for envelope in envelopes if envelope.kind == "messages.received"]
    assert {reply.platform_fan_id for reply in replies} == {"77"}
    assert replies[0].text != replies[1].text
    assert {reply.text for reply in replies} <= set(REPLIES)
    assert len({headers["x-ofapi-idempotency-key"] for headers, _ in receiver.taken}) == 4


async def test_a_silent_fan_and_a_silent_account_tell_nothing(control: SandboxControl) -> None:
    async with receiving() as receiver:
        await control.account(webhookUrl=receiver.url, announceSent=False)
        await control.http.post("/acct_1/chats/77/messages", json={"text": "Hi"}, headers=KEY)
        await control.inbound(fan={"id": 1}, text="the only one")
        await receiver.wait_for(1)

    [(headers, body)] = receiver.taken
    assert json.loads(body)["event"] == "messages.received"
    assert "signature" not in headers


async def test_a_repeat_with_the_same_key_is_answered_but_once(control: SandboxControl) -> None:
    async with receiving() as receiver:
        await control.account(webhookUrl=receiver.url, replyAfterSeconds=0, announceSent=False)
        for _ in range(3):
            await control.http.post(
                "/acct_1/chats/77/messages", json={"text": "Hi"}, headers=KEY | {"Idempotency-Key": "k"}
            )
        await receiver.wait_for(1)
        await control.inbound(fan={"id": 1}, text="after them all")
        await receiver.wait_for(2)

    assert len(receiver.taken) == 2


async def test_a_webhook_is_repeated_with_the_same_key_until_it_is_taken(control: SandboxControl) -> None:
    async with receiving(refusals=2) as receiver:
        await control.account(webhookUrl=receiver.url, webhookSecret=SECRET)
        await control.inbound(fan={"id": 1}, text="Hi")
        await receiver.wait_for(3)

    keys = {headers["x-ofapi-idempotency-key"] for headers, _ in receiver.taken}
    assert len(keys) == 1
    assert len({body for _, body in receiver.taken}) == 1
