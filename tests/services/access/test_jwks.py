from __future__ import annotations

import asyncio

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from services.access.jwks import FRESH_SECONDS, MAX_DOCUMENT_BYTES, OUTAGE_SECONDS, PAUSE_SECONDS, PublishedKeys
from services.access.key_set import KeySet, KeysUnavailable
from tests.services.access.conftest import HeldClock, Issuer, jwk, until


@pytest.fixture
def published(
    issuer: Issuer, http: httpx.AsyncClient, clock: HeldClock, ec_key: ec.EllipticCurvePrivateKey
) -> PublishedKeys:
    issuer.publish(jwk(ec_key, "one"))
    return PublishedKeys(issuer.url, http, clock)


def kids(keys: KeySet) -> list[str | None]:
    return [key.kid for key in keys.keys]


async def test_keys_are_fetched_once_while_they_are_fresh(
    published: PublishedKeys, issuer: Issuer, clock: HeldClock
) -> None:
    first = await published.current()
    clock.seconds = FRESH_SECONDS - 1
    assert await published.current() is first
    assert issuer.asked == 1
    clock.seconds = FRESH_SECONDS
    await published.current()
    assert issuer.asked == 2


async def test_a_withdrawn_key_is_gone_once_the_keys_are_no_longer_fresh(
    published: PublishedKeys, issuer: Issuer, clock: HeldClock, rsa_keys: list[rsa.RSAPrivateKey]
) -> None:
    await published.current()
    issuer.publish(jwk(rsa_keys[0], "two"))
    clock.seconds = FRESH_SECONDS
    assert kids(await published.current()) == ["two"]


async def test_callers_at_the_same_time_share_one_fetch(published: PublishedKeys, issuer: Issuer) -> None:
    issuer.gate.clear()
    callers = [asyncio.create_task(published.current()) for _ in range(50)]
    await until(lambda: issuer.asked == 1)
    issuer.gate.set()
    assert [kids(keys) for keys in await asyncio.gather(*callers)] == [["one"]] * 50
    assert issuer.asked == 1


async def test_a_caller_who_goes_away_does_not_end_the_fetch_for_the_others(
    published: PublishedKeys, issuer: Issuer
) -> None:
    issuer.gate.clear()
    leaving, staying = (asyncio.create_task(published.current()) for _ in range(2))
    await until(lambda: issuer.asked == 1)
    leaving.cancel()
    issuer.gate.set()
    assert kids(await staying) == ["one"]
    assert leaving.cancelled()
    assert issuer.asked == 1


async def test_looking_for_newer_keys_asks_the_issuer_at_most_once_in_the_pause(
    published: PublishedKeys, issuer: Issuer, clock: HeldClock
) -> None:
    keys = await published.current()
    for _ in range(100):
        assert await published.newer(keys) is keys
    assert issuer.asked == 1
    clock.seconds = PAUSE_SECONDS
    answers = await asyncio.gather(*(published.newer(keys) for _ in range(100)))
    assert all(answer is not keys for answer in answers)
    assert issuer.asked == 2


async def test_keys_that_were_replaced_meanwhile_are_not_fetched_again(
    published: PublishedKeys, issuer: Issuer, clock: HeldClock
) -> None:
    old = await published.current()
    clock.seconds = PAUSE_SECONDS
    new = await published.newer(old)
    clock.seconds = 2 * PAUSE_SECONDS
    assert await published.newer(old) is new
    assert issuer.asked == 2


async def test_old_keys_serve_during_an_outage_up_to_its_bound(
    published: PublishedKeys, issuer: Issuer, clock: HeldClock
) -> None:
    keys = await published.current()
    issuer.status = 503
    clock.seconds = FRESH_SECONDS
    assert await published.current() is keys
    assert await published.current() is keys
    assert issuer.asked == 2
    clock.seconds = OUTAGE_SECONDS - 1
    assert await published.current() is keys
    clock.seconds = OUTAGE_SECONDS + PAUSE_SECONDS
    with pytest.raises(KeysUnavailable):
        await published.current()
    issuer.status = 200
    clock.seconds += PAUSE_SECONDS
    assert kids(await published.current()) == ["one"]


async def test_while_one_caller_waits_for_the_issuer_the_others_use_the_old_keys(
    published: PublishedKeys, issuer: Issuer, clock: HeldClock
) -> None:
    keys = await published.current()
    clock.seconds = FRESH_SECONDS
    issuer.gate.clear()
    waiting = asyncio.create_task(published.current())
    await until(lambda: issuer.asked == 2)
    assert await published.current() is keys
    issuer.gate.set()
    assert await waiting is not keys


async def test_before_the_first_keys_nothing_can_be_said_and_the_issuer_is_left_in_peace(
    published: PublishedKeys, issuer: Issuer, clock: HeldClock
) -> None:
    issuer.status = 500
    for _ in range(20):
        with pytest.raises(KeysUnavailable):
            await published.current()
    assert issuer.asked == 1
    issuer.status = 200
    clock.seconds = PAUSE_SECONDS
    assert kids(await published.current()) == ["one"]


@pytest.mark.parametrize(
    ("status", "document"),
    [(200, b"<html>"), (200, b'{"keys": []}'), (200, b" " * (MAX_DOCUMENT_BYTES + 1)), (302, b""), (404, b"{}")],
)
async def test_an_answer_that_is_no_key_set_replaces_nothing(
    published: PublishedKeys, issuer: Issuer, clock: HeldClock, status: int, document: bytes
) -> None:
    keys = await published.current()
    issuer.status, issuer.document = status, document
    clock.seconds = PAUSE_SECONDS
    assert await published.newer(keys) is keys
    assert issuer.asked == 2


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/keys", "ftp://127.0.0.1/keys", "nonsense", "http://[/"])
async def test_an_address_that_cannot_be_reached(url: str, http: httpx.AsyncClient, clock: HeldClock) -> None:
    with pytest.raises(KeysUnavailable):
        await PublishedKeys(url, http, clock).current()


async def test_an_issuer_that_hangs_is_given_up(published: PublishedKeys, issuer: Issuer, clock: HeldClock) -> None:
    issuer.gate.clear()
    with pytest.raises(KeysUnavailable):
        await published.current()
    issuer.gate.set()
    clock.seconds = PAUSE_SECONDS
    assert kids(await published.current()) == ["one"]
    assert issuer.asked == 2
