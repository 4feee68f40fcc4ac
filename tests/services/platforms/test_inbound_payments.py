from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.platforms.inbound_payments import InboundPayment, subscription, tip, unlock
from services.platforms.interface import InboundEnvelope, InboundPerson, MalformedWebhook

RECEIVED_AT = datetime(2026, 11, 25, 9, tzinfo=UTC)
CREATED_AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
LINK = "<a href='https://onlyfans.com/my/chats/chat/490236887?firstId=10408879870963'>message</a>"
NOTICE: dict[str, Any] = {
    "id": 1000002,
    "user_id": 514788334,
    "createdAt": "2026-11-20T13:00:00+01:00",
    "replacePairs": {"{AMOUNT}": "$12.00", "{MESSAGE_LINK}": LINK},
    "user": {"id": 490236887, "username": "jo", "name": "Jo"},
}


def envelope(payload: dict[str, Any]) -> InboundEnvelope:
    return InboundEnvelope("acct_1", "any", payload, RECEIVED_AT)


def without(*names: str, **changes: Any) -> dict[str, Any]:
    return {name: value for name, value in (NOTICE | changes).items() if name not in names}


def test_an_unlock_in_our_words() -> None:
    assert unlock(envelope(NOTICE)) == InboundPayment(
        kind="UNLOCK",
        key="1000002",
        fan=InboundPerson("490236887", "jo", "Jo"),
        amount_cents=1200,
        paid_at=CREATED_AT,
        platform_message_id="10408879870963",
    )


def test_the_fan_may_be_named_by_the_link_alone() -> None:
    for user in (None, {}, {"name": "Jo"}, {"id": None}, "jo"):
        assert unlock(envelope(without(user=user))).fan == InboundPerson("490236887")


def test_the_price_may_stand_with_the_message() -> None:
    payload = {"id": 5, "user": {"id": 7}, "message": {"id": 901, "price": "$12.00"}}
    found = unlock(envelope(payload))
    assert (found.key, found.platform_message_id, found.amount_cents) == ("5", "901", 1200)


@pytest.mark.parametrize(
    "changes",
    [
        {"messageId": 10408879870963},
        {"message_id": "10408879870963"},
        {"message": {"id": 10408879870963}},
        {"id": "10408879870963"},
    ],
)
def test_the_message_may_be_named_in_other_places(changes: dict[str, Any]) -> None:
    payload = without("replacePairs", **changes) | {"price": "$12.00"}
    assert unlock(envelope(payload)).platform_message_id == "10408879870963"


@pytest.mark.parametrize(
    "link",
    [
        LINK,
        "https://onlyfans.com/my/chats/chat/490236887/?firstId=10408879870963",
        '<a href="/my/chats/chat/490236887?a=b&amp;firstId=10408879870963&c=d">',
        "see https://onlyfans.com/my/chats/chat/490236887?firstId=10408879870963.",
    ],
)
def test_links_as_they_are_written(link: str) -> None:
    found = unlock(envelope(without("user", replacePairs={"{MESSAGE_LINK}": link, "{AMOUNT}": "$12.00"})))
    assert (found.fan.platform_fan_id, found.platform_message_id) == ("490236887", "10408879870963")


def test_an_endless_id_in_a_link_is_none() -> None:
    link = "https://onlyfans.com/my/chats/chat/" + "7" * 300_000
    with pytest.raises(MalformedWebhook):
        unlock(envelope(without("user", replacePairs={"{MESSAGE_LINK}": link, "{AMOUNT}": "$12.00"})))


def test_a_link_in_the_text_serves_too() -> None:
    payload = without("user", replacePairs={"{AMOUNT}": "$12.00"}, text=f"purchased your {LINK}")
    assert unlock(envelope(payload)).platform_message_id == "10408879870963"


@pytest.mark.parametrize("user", [{"id": 7}, {"id": "7"}, {"id": 7, "username": None, "name": " "}])
@pytest.mark.parametrize("name", ["user", "fromUser", "fan", "subscriber"])
def test_the_creators_id_is_never_the_fans(name: str, user: dict[str, Any]) -> None:
    payload = {"id": 1, "user_id": 514788334, "amount": 5, name: user}
    assert tip(envelope(payload)).fan == InboundPerson("7")


AMOUNTS: list[tuple[dict[str, Any], int]] = [
    ({"amount": "$25.00"}, 2500),
    ({"amount": "$1,234.56"}, 123_456),
    ({"amount": 25}, 2500),
    ({"amount": 19.99}, 1999),
    ({"amount": 0.29}, 29),
    ({"amountGross": 8, "amountNet": 6.4}, 800),
    ({"price": "4.5"}, 450),
    ({"replacePairs": {"{AMOUNT}": "$3"}}, 300),
    ({"replacePairs": {"{PRICE}": "$3.10"}}, 310),
    ({"price": 0, "replacePairs": {"{AMOUNT}": "$3.10"}}, 310),
    ({"amount": "", "price": "$4.00"}, 400),
]


@pytest.mark.parametrize(("payload", "cents"), AMOUNTS)
def test_amounts_are_exact(payload: dict[str, Any], cents: int) -> None:
    for read in (tip, unlock):
        assert read(envelope(without("replacePairs") | payload)).amount_cents == cents


@given(st.integers(1, 10**8))
def test_every_cent_survives(cents: int) -> None:
    written = f"{cents // 100}.{cents % 100:02d}"
    for amount in (written, f"${written}", float(written)):
        assert tip(envelope(NOTICE | {"amount": amount})).amount_cents == cents


@pytest.mark.parametrize("amount", ["free", "€5", -1, "5.001", float("inf"), float("nan"), True, [], {}, "", 0, None])
def test_what_is_no_amount_is_malformed(amount: object) -> None:
    for read in (tip, unlock):
        with pytest.raises(MalformedWebhook):
            read(envelope(without("replacePairs", amount=amount)))


@pytest.mark.parametrize(("price", "cents"), [("$9.99", 999), (0, 0), (None, 0), ("", 0), ("0.00", 0)])
def test_a_subscription_may_be_free(price: object, cents: int) -> None:
    for renewed in (False, True):
        found = subscription(envelope(without("replacePairs", price=price)), renewed=renewed)
        assert (found.kind, found.amount_cents, found.deliberate) == ("SUBSCRIPTION", cents, not renewed)


def test_a_payment_without_an_id_is_known_by_fan_amount_and_moment() -> None:
    payload = without("id", amount="$5.00")
    key = tip(envelope(payload)).key

    assert key == tip(envelope(payload)).key
    others = [
        payload | {"amount": "$5.01"},
        payload | {"user": {"id": 1}},
        payload | {"createdAt": "2026-11-20T12:00:01Z"},
    ]
    assert len({key, *(tip(envelope(each)).key for each in others)}) == 4


@pytest.mark.parametrize("created_at", [None, "yesterday", 5])
def test_without_a_time_it_is_that_of_the_receipt(created_at: object) -> None:
    assert tip(envelope(NOTICE | {"createdAt": created_at})).paid_at == RECEIVED_AT
    with pytest.raises(MalformedWebhook):
        tip(replace(envelope(NOTICE | {"createdAt": created_at}), received_at=None))


@pytest.mark.parametrize("names", [("user", "replacePairs"), ("id", "replacePairs")])
def test_an_unlock_says_which_fan_and_which_message(names: tuple[str, ...]) -> None:
    with pytest.raises(MalformedWebhook):
        unlock(envelope(without(*names) | {"amount": "$5.00"}))


ODD = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30) | st.lists(st.integers(), max_size=2)
)
NESTED = ODD | st.dictionaries(st.sampled_from(["id", "name", "{AMOUNT}", "{MESSAGE_LINK}"]), ODD, max_size=3)
FIELDS = (*NOTICE, "amount", "amountGross", "price", "messageId", "message", "fromUser", "text")


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, NESTED)))
def test_any_payload_is_a_payment_or_malformed(changes: dict[str, Any]) -> None:
    for read in (tip, unlock, lambda found: subscription(found, renewed=True)):
        try:
            payment = read(envelope(NOTICE | changes))
        except MalformedWebhook:
            continue
        assert payment.amount_cents >= 0
        assert 0 < len(payment.key) <= 255
        assert payment.paid_at.tzinfo is not None
