"""Every event of the gateway on demand, signed and readable by our own adapter."""

from __future__ import annotations

from typing import Any

import pytest

from services.platforms.gateway import GatewayAdapter
from services.platforms.inbound import removed_message
from services.platforms.inbound_payments import InboundPayment, subscription, tip, unlock
from services.platforms.inbound_sessions import session
from services.platforms.interface import Credentials, CredentialsRejected, InboundEnvelope, InboundPerson
from services.runtime.clock import SystemClock
from tests.services.platforms.control import SandboxControl
from tests.services.platforms.sandbox_server.receiver import receiving

KEY = {"Authorization": "Bearer key-1"}
SECRET = "whsec-1"
FAN = {"id": 7, "username": "jo", "name": "Jo"}
JO = InboundPerson("7", "jo", "Jo")
PATHS = ("unlock", "tip", "subscribe", "renew", "delete", "expire", "reconnect", "event")


async def happened(control: SandboxControl, adapter: GatewayAdapter, path: str, **fields: Any) -> InboundEnvelope:
    """The webhook that follows, as the product reads it."""
    async with receiving() as receiver:
        await control.account(webhookUrl=receiver.url, webhookSecret=SECRET)
        await control.happens(path, **fields)
        await receiver.wait_for(1)
    [(headers, body)] = receiver.taken
    assert adapter.verify_webhook(SECRET, body, headers["signature"])
    found = adapter.parse_webhook(body)
    return InboundEnvelope(found.account_id, found.kind, found.payload, SystemClock().now())


def told(payment: InboundPayment) -> tuple[Any, ...]:
    return payment.kind, payment.fan, payment.amount_cents, payment.platform_message_id


async def test_an_unlock_of_a_message_that_was_sent(control: SandboxControl, adapter: GatewayAdapter) -> None:
    body = {"text": "For you", "price": 12.5}
    sent = (await control.http.post("/acct_1/chats/7/messages", json=body, headers=KEY)).json()["data"]["id"]
    envelope = await happened(control, adapter, "unlock", messageId=sent)
    assert envelope.kind == "messages.ppv.unlocked"
    assert told(unlock(envelope)) == ("UNLOCK", InboundPerson("7"), 1250, str(sent))
    assert envelope.payload["user_id"] == "acct_1"


async def test_an_unlock_of_a_message_nobody_knows(control: SandboxControl, adapter: GatewayAdapter) -> None:
    envelope = await happened(control, adapter, "unlock", messageId="native-1", fan=FAN, amount="$25.00")
    assert told(unlock(envelope)) == ("UNLOCK", JO, 2500, "native-1")
    refused = await control.http.post("/control/unlock", json={"accountId": "acct_1", "messageId": "native-1"})
    assert refused.status_code == 422


async def test_tips_and_subscriptions(control: SandboxControl, adapter: GatewayAdapter) -> None:
    tipped = await happened(control, adapter, "tip", fan=FAN, amount="19.99")
    assert (tipped.kind, told(tip(tipped))) == ("tips.received", ("TIP", JO, 1999, None))
    for path, kind, price, cents in (
        ("subscribe", "subscriptions.new", "9.99", 999),
        ("subscribe", "subscriptions.new", None, 0),
        ("renew", "subscriptions.renewed", 5, 500),
    ):
        found = await happened(control, adapter, path, fan=FAN, price=price)
        assert (found.kind, told(subscription(found, renewed=path == "renew"))) == (
            kind,
            ("SUBSCRIPTION", JO, cents, None),
        )


async def test_a_deletion_takes_the_message_out_of_the_chat(control: SandboxControl, adapter: GatewayAdapter) -> None:
    made = await control.inbound(fan=FAN, text="Oops")
    envelope = await happened(control, adapter, "delete", messageId=made["messageId"])
    assert (envelope.kind, removed_message(envelope)) == ("messages.deleted", str(made["messageId"]))
    assert (await control.http.get("/acct_1/chats/7/messages", headers=KEY)).json()["data"] == []
    unknown = await happened(control, adapter, "delete", messageId="never-there")
    assert removed_message(unknown) == "never-there"


async def test_without_its_session_an_account_sends_and_reads_nothing(
    control: SandboxControl, adapter: GatewayAdapter
) -> None:
    ended = await happened(control, adapter, "expire")
    assert (ended.kind, session(ended).stands) == ("accounts.session_expired", False)
    refused = await control.http.post("/acct_1/chats/7/messages", json={"text": "Hi"}, headers=KEY)
    assert (refused.status_code, refused.json()["code"]) == (403, "SESSION_EXPIRED")
    assert await control.delivered() == 0
    with pytest.raises(CredentialsRejected) as rejected:
        await adapter.check_account(Credentials("acct_1", "key-1"))
    assert rejected.value.status == "SESSION_EXPIRED"

    back = await happened(control, adapter, "reconnect")
    assert (back.kind, session(back).stands) == ("accounts.reconnected", True)
    assert session(back).moment > session(ended).moment
    assert (await adapter.check_account(Credentials("acct_1", "key-1"))).account_id == "acct_1"
    sent = await control.http.post("/acct_1/chats/7/messages", json={"text": "Hi"}, headers=KEY)
    assert sent.status_code == 200


async def test_any_other_event(control: SandboxControl, adapter: GatewayAdapter) -> None:
    envelope = await happened(control, adapter, "event", event="users.typing", payload={"user": FAN})
    assert (envelope.kind, envelope.payload) == ("users.typing", {"user": FAN})


@pytest.mark.parametrize("path", PATHS)
async def test_odd_forms_are_refused(control: SandboxControl, path: str) -> None:
    wanted: dict[str, Any] = {"messageId": 1, "fan": FAN, "amount": "5", "price": "5", "event": "x"}
    odd: list[Any] = [[], {}, {"accountId": "acct_1", "surprise": 1}, {"accountId": "acct_1", "fan": {}, "amount": "?"}]
    for body in odd:
        assert (await control.http.post(f"/control/{path}", json=body)).status_code == 422, body
    fields = {
        "unlock": ("messageId", "fan", "amount"), "tip": ("fan", "amount"), "subscribe": ("fan", "price"),
        "renew": ("fan", "price"), "delete": ("messageId",), "event": ("event",),
    }  # fmt: skip
    stranger = {"accountId": "acct_9"} | {name: wanted[name] for name in fields.get(path, ())}
    assert (await control.http.post(f"/control/{path}", json=stranger)).status_code == 404
