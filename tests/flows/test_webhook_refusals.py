"""Webhooks as nobody should send them: the right status, a line in the log without a word of it, nothing stored."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from structlog.testing import capture_logs

from resolvers.webhooks import WebhookEndpoint
from services.devstack.ports import free_port
from services.runtime.resources import open_resources
from services.runtime.settings import Settings
from tests.flows.faults import without_sqs
from tests.flows.product import Product, running_product, running_worker
from tests.flows.serving import serving
from tests.flows.test_webhooks import PATH, deliver, envelope, journal, sign
from tests.waiting import eventually

JSON = "application/json"
MEGABYTE = 1_048_576


@pytest.fixture
async def quiet(settings: Settings) -> AsyncIterator[Product]:
    """Without a worker, with an account."""
    async with running_product(settings, worker=False) as product:
        await product.connect(product.client())
        yield product


def enveloped(payload: str) -> bytes:
    return b'{"event": "messages.received", "account_id": "acct_1", "payload": ' + payload.encode() + b"}"


MALFORMED = {
    "nothing": b"",
    "half a body": envelope(text="cherry brandy")[:-20],
    "a list": b"[]",
    "null": b"null",
    "a number": b"5",
    "not UTF-8": b'{"event": "x", "account_id": "acct_1", "payload": {"text": "\xff\xfe"}}',
    "a byte order mark": b"\xef\xbb\xbf" + envelope(),
    "UTF-16": envelope().decode().encode("utf-16"),
    "a raw NUL": b'{"event": "x", "account_id": "acct_1", "payload": {"a": "\x00"}}',
    "no account": b'{"event": "x", "payload": {}}',
    "no event": b'{"account_id": "acct_1", "payload": {}}',
    "no payload": b'{"event": "x", "account_id": "acct_1"}',
    "an odd event": b'{"event": 5, "account_id": "acct_1", "payload": {}}',
    "an odd payload": b'{"event": "x", "account_id": "acct_1", "payload": "cherry brandy"}',
    "an account of NULs alone": b'{"event": "x", "account_id": "\\u0000", "payload": {}}',
    "a long account": json.dumps({"event": "x", "account_id": "a" * 256, "payload": {}}).encode(),
    "deep": enveloped("[" * 100_000 + "]" * 100_000),
    "deep enough": enveloped('{"a": ' + "[" * 150 + "]" * 150 + "}"),
    "endless": enveloped('{"a": ' + "9" * 10_000 + "}"),
    "NaN": enveloped('{"a": NaN}'),
}


async def test_what_is_no_webhook_is_refused_and_not_stored(quiet: Product) -> None:
    with capture_logs() as logs:
        for name, body in MALFORMED.items():
            answer = await deliver(quiet, body, Signature=sign(body))
            assert (answer.status_code, answer.json()["result"].split(":")[0]) == (400, "malformed"), name
    refused = [entry for entry in logs if entry["event"] == "webhook_refused"]
    assert len(refused) == len(MALFORMED)
    assert {(entry["status"], entry["platform"], entry["log_level"]) for entry in refused} == {
        (400, "sandbox", "warning")
    }
    assert "cherry" not in str(logs)
    assert await journal(quiet) == []


async def test_a_wrong_way_to_send_it_has_its_own_status(quiet: Product) -> None:
    body = envelope()
    signed = {"Signature": sign(body)}
    with capture_logs() as logs:
        for content_type in ("text/plain", "application/x-www-form-urlencoded", f"{JSON}; charset=utf-16", "odd"):
            assert (await deliver(quiet, body, **signed, Content_Type=content_type)).status_code == 415
        assert (await deliver(quiet, body, **signed, Content_Encoding="gzip")).status_code == 415
        for platform in ("nobody", "fansly", "x" * 2000, "sand%00box"):
            assert (await deliver(quiet, body, f"/webhooks/{platform}", **signed)).status_code == 404
        for method in ("GET", "PUT", "DELETE", "PATCH"):
            assert (await quiet.http.request(method, quiet.url + PATH)).status_code == 405
        assert (await quiet.http.post(quiet.url + "/webhooks/")).status_code == 404
    assert len([entry for entry in logs if entry["event"] == "webhook_refused"]) == 9
    assert await journal(quiet) == []
    assert (await deliver(quiet, body, **signed, Content_Type=f"{JSON}; charset=utf-8")).status_code == 200


async def test_ten_megabytes_are_refused_and_leave_others_alone(quiet: Product) -> None:
    huge = enveloped(json.dumps({"text": "x" * (10 * MEGABYTE)}))

    async def in_pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(huge), 65_536):
            yield huge[start : start + 65_536]

    small = envelope()
    answers = await asyncio.gather(
        deliver(quiet, huge, Signature=sign(huge)),
        quiet.http.post(quiet.url + PATH, content=in_pieces(), headers={"Signature": sign(huge)}),
        deliver(quiet, small, Signature=sign(small)),
    )
    assert [answer.status_code for answer in answers] == [413, 413, 200]
    assert len(await journal(quiet)) == 1


async def test_only_what_the_secret_signed_is_stored(quiet: Product) -> None:
    body = envelope(text="cherry brandy")
    stranger = envelope(account="acct_unknown")
    with capture_logs() as logs:
        for sent, headers in (
            (body, {}),
            (body, {"Signature": ""}),
            (body, {"Signature": "zz"}),
            (body, {"Signature": sign(body)[:-1]}),
            (body, {"Signature": sign(body, "another secret")}),
            (body + b" ", {"Signature": sign(body)}),
            (body, {"Signature": "sha256=" + sign(body)}),
            (body, {"Signature": "x" * 10_000}),
            (stranger, {"Signature": sign(stranger)}),
        ):
            answer = await deliver(quiet, sent, **headers)
            assert (answer.status_code, answer.json()) == (401, {"result": "signature refused"})
    assert len([entry for entry in logs if entry["event"] == "webhook_refused"]) == 9
    assert "cherry" not in str(logs)
    assert await journal(quiet) == []


async def test_odd_keys_still_recognise_a_repeat(quiet: Product) -> None:
    one, other = envelope(message_id="1"), envelope(message_id="2")
    long = "k" * 10_000
    results = []
    for body, key in ((one, long), (one, long), (other, long + "x"), (one, "a b\té"), (one, "a b\té")):
        named = {b"Signature": sign(body).encode(), b"X-OFAPI-Idempotency-Key": key.encode("latin-1")}
        answer = await quiet.http.post(quiet.url + PATH, content=body, headers=named)
        results.append((answer.status_code, answer.json()["result"]))
    # Told twice in one request, the first counts.
    twice = [("Signature", sign(one)), ("X-OFAPI-Idempotency-Key", "a"), ("X-OFAPI-Idempotency-Key", "b")]
    for headers in (twice, [*twice[:1], ("X-OFAPI-Idempotency-Key", "a")]):
        answer = await quiet.http.post(quiet.url + PATH, content=one, headers=headers)
        results.append((answer.status_code, answer.json()["result"]))
    new, known = (200, "received"), (200, "known")
    assert results == [new, known, new, new, known, new, known]
    assert all(len(key) <= 255 for key, _ in await journal(quiet))


async def test_what_nobody_knows_is_kept_with_nuls_taken_out(quiet: Product) -> None:
    odd = {
        "typing": {"event": "users.typing", "account_id": "acct_1", "payload": {"user": {"id": 7}}},
        "nuls": {"event": "moon\x00.rose", "account_id": "acct_1", "payload": {"a\x00": "\x00\ud800"}},
        "long": {"event": "e" * 500, "account_id": "acct_1", "payload": {}},
        "twice": json.loads('{"event": "first", "account_id": "acct_1", "payload": {}, "event": "second"}'),
    }
    for key, document in odd.items():
        body = json.dumps(document).encode()
        assert (await deliver(quiet, body, Signature=sign(body), X_OFAPI_Idempotency_Key=key)).status_code == 200
    async with running_worker(quiet.settings):
        await eventually(lambda: _all_ignored(quiet, 4), 40)
    connection = await asyncpg.connect(quiet.settings.database_url.get_secret_value())
    kinds = [row["kind"] for row in await connection.fetch("SELECT kind FROM webhook_deliveries ORDER BY received_at")]
    await connection.close()
    assert kinds == ["users.typing", "moon.rose", "e" * 100, "second"]


async def test_a_queue_that_is_away_loses_no_webhook(settings: Settings) -> None:
    async with running_product(without_sqs(settings), worker=False) as product:
        await product.connect(product.client())
        await _taken_and_swept(product)


async def test_a_queue_that_never_answers_does_not_hold_the_answer(settings: Settings) -> None:
    async with _silent() as address:
        queue = {"aws_endpoint_url_sqs": address, "sqs_rate_limiter_queue_url": f"{address}/1/queue"}
        async with running_product(settings.model_copy(update=queue), worker=False) as product:
            await product.connect(product.client())
            with capture_logs() as logs:
                await _taken_and_swept(product, logs)


async def _taken_and_swept(product: Product, logs: list[Any] | None = None) -> None:
    """The answer comes before the wake-up has been given up, and the sweeper finds the row."""
    body = envelope()
    answer = await deliver(product, body, Signature=sign(body))
    assert [entry for entry in logs or () if entry["event"] == "queue_attempt"] == []
    assert (answer.status_code, answer.json()) == (200, {"result": "received"})
    assert [status for _, status in await journal(product)] == ["received"]
    connection = await asyncpg.connect(product.settings.database_url.get_secret_value())
    await connection.execute("UPDATE webhook_deliveries SET received_at = now() - interval '1 minute'")
    await connection.close()
    async with running_worker(product.settings.model_copy(update={"worker_sweep_seconds": 0.1})):
        await eventually(lambda: _is_done(product), 40)


async def test_a_body_that_does_not_come_is_not_waited_for(settings: Settings) -> None:
    async with _endpoint(settings, body_seconds=0.2) as port:
        with capture_logs() as logs:
            async with _begun(port, b"Content-Length: 100") as (reader, writer):
                writer.write(b"{")
                assert b" 408 " in await reader.readline()
            async with _begun(port, b"Content-Length: 100") as (_, writer):
                writer.write(b"{")
            await eventually(lambda: any(entry.get("reason") == "half a body" for entry in logs))
        assert [entry["status"] for entry in logs if entry["event"] == "webhook_refused"] == [408, 400]


async def _all_ignored(product: Product, count: int) -> bool:
    return [status for _, status in await journal(product)] == ["ignored"] * count


async def _is_done(product: Product) -> bool:
    return [status for _, status in await journal(product)] == ["done"]


@asynccontextmanager
async def _silent() -> AsyncIterator[str]:
    async def hold(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(65_536):
            pass
        writer.close()

    listener = await asyncio.start_server(hold, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    listener.close()


@asynccontextmanager
async def _endpoint(settings: Settings, body_seconds: float) -> AsyncIterator[int]:
    """The endpoint alone, with less patience."""
    async with open_resources(settings, "huntaze-api") as resources:
        endpoint = WebhookEndpoint(resources.webhook_receiver, body_seconds)

        async def webhook(request: Any) -> Any:
            return await endpoint(request)

        port = free_port()
        app = Starlette(routes=[Route("/webhooks/{platform}", webhook, methods=["POST"])])
        async with serving(app, port):
            yield port


@asynccontextmanager
async def _begun(port: int, *headers: bytes) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection on which the head of a webhook was sent."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = (b"POST /webhooks/sandbox HTTP/1.1", b"Host: x", b"Content-Type: application/json", *headers, b"", b"")
    writer.write(b"\r\n".join(head))
    await writer.drain()
    try:
        yield reader, writer
    finally:
        writer.close()
