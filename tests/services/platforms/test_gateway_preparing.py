"""The adapters against the sandbox over real sockets: media and prices."""

from __future__ import annotations

from typing import Any

import pytest

from services.platforms import onlyfansapi
from services.platforms.gateway import GatewayAdapter
from services.platforms.interface import (
    Credentials,
    CredentialsRejected,
    Media,
    OutgoingMessage,
    PlatformUnavailable,
    Refused,
    RequestRefused,
    Sent,
)
from tests.services.platforms.conftest import AdapterAt
from tests.services.platforms.control import SandboxControl
from tests.services.platforms.raw_server import answering, raw_server
from tests.services.platforms.sends import PHOTO, always, sent


async def test_a_message_arrives_as_it_was_written(
    adapter: GatewayAdapter, credentials: Credentials, control: SandboxControl
) -> None:
    text = "Tom & Jerry <3\nsecond line"

    answer = await sent(adapter, credentials, OutgoingMessage(text, 1_999, (PHOTO,)), key="k-1")

    [arrival] = await control.arrivals()
    assert answer == Sent(str(arrival["messageId"]))
    told = {name: arrival[name] for name in ("text", "priceCents", "media", "chatId", "idempotencyKey", "delivered")}
    assert told == {
        "text": text,
        "priceCents": 1_999,
        "media": [PHOTO.url],
        "chatId": "77",
        "idempotencyKey": "k-1",
        "delivered": True,
    }


async def test_onlyfans_uploads_media_by_address_and_names_it_once(
    onlyfans: GatewayAdapter, credentials: Credentials, control: SandboxControl
) -> None:
    vault = Media("VIDEO", None, "4711")
    request = await onlyfans.prepare(credentials, "77", OutgoingMessage("Hi", 2_500, (PHOTO, vault)))

    [uploaded, number] = request.body["mediaFiles"]
    assert uploaded.startswith("ofapi_media_")
    assert (number, request.body["previews"], request.body["price"]) == (4711, [uploaded], 25)
    assert await control.arrivals() == []
    assert isinstance(await onlyfans.send(credentials, request, "k-1", always), Sent)
    assert isinstance(await onlyfans.send(credentials, request, "k-1", always), Sent)
    assert isinstance(await onlyfans.send(credentials, request, "k-2", always), Refused)
    assert await control.delivered() == 1


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ({"kind": "status", "status": 422}, RequestRefused),
        ({"kind": "status", "status": 413}, RequestRefused),
        ({"kind": "status", "status": 500}, PlatformUnavailable),
        ({"kind": "rate_limited"}, PlatformUnavailable),
        ({"kind": "cut_after"}, PlatformUnavailable),
        ({"kind": "no_id"}, PlatformUnavailable),
        ({"kind": "status", "status": 402}, CredentialsRejected),
    ],
)
async def test_a_failed_upload_sends_nothing(
    onlyfans: GatewayAdapter,
    credentials: Credentials,
    control: SandboxControl,
    fault: dict[str, Any],
    expected: type[Exception],
) -> None:
    await control.fault(on="upload", **fault)

    with pytest.raises(expected):
        await onlyfans.prepare(credentials, "77", OutgoingMessage("Hi", None, (PHOTO,)))

    assert await control.arrivals() == []


async def test_a_price_onlyfans_never_takes_is_refused_before_anything_is_uploaded(
    adapter_at: AdapterAt, credentials: Credentials
) -> None:
    async with raw_server(answering("200 OK")) as server:
        adapter = adapter_at(server.url, onlyfansapi.DIALECT)
        with pytest.raises(RequestRefused):
            await adapter.prepare(credentials, "77", OutgoingMessage("Hi", 550, (PHOTO,)))

    assert server.connections == 0
