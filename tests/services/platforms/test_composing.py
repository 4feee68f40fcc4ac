from __future__ import annotations

import pytest

from services.platforms import composing, onlyfansapi, sandbox
from services.platforms.dialect import Dialect
from services.platforms.interface import Media, OutgoingMessage, PreparedRequest, RequestRefused

ONLYFANS, SANDBOX = onlyfansapi.DIALECT, sandbox.DIALECT
PHOTO = Media("IMAGE", "https://example.com/a.jpg", None)


@pytest.mark.parametrize("value", ["12", "acct_1", "jane.doe-2", "a" * 255])
def test_ids_and_handles_stand_in_a_path(value: str) -> None:
    assert composing.is_segment(value)


@pytest.mark.parametrize("value", ["", ".", "..", "a/b", "../x", "a?b", "a#b", "a%2Fb", "a b", "a\n", "é", "a" * 256])
def test_nothing_that_could_lead_elsewhere_does(value: str) -> None:
    assert not composing.is_segment(value)


def test_the_whole_request() -> None:
    message = OutgoingMessage("a < b\n& c", 2_500, (PHOTO, PHOTO))

    request = composing.composed(ONLYFANS, "acct_1", "77", message, [("ofapi_media_1", True), ("123", False)])

    body = {
        "text": "a &lt; b<br>&amp; c",
        "price": 25,
        "mediaFiles": ["ofapi_media_1", 123],
        "previews": ["ofapi_media_1"],
    }
    assert request == PreparedRequest("POST", "/acct_1/chats/77/messages", body)


def test_a_free_message_names_no_price_and_no_media() -> None:
    assert composing.composed(ONLYFANS, "a", "7", OutgoingMessage("Hi", 0), []).body == {"text": "Hi"}


def test_the_sandbox_writes_cents_exactly() -> None:
    assert composing.composed(SANDBOX, "a", "7", OutgoingMessage("Hi", 1_999), []).body["price"] == "19.99"


@pytest.mark.parametrize(
    ("dialect", "fan", "message"),
    [
        (ONLYFANS, "../7", OutgoingMessage("Hi")),
        (ONLYFANS, "7", OutgoingMessage("Hi", 500)),
        (ONLYFANS, "7", OutgoingMessage("Hi", 550, (PHOTO,))),
        (ONLYFANS, "7", OutgoingMessage("Hi", None, (Media("IMAGE", "http://example.com/a.jpg", None),))),
        (ONLYFANS, "7", OutgoingMessage("Hi", None, (Media("IMAGE", None, None),))),
        (ONLYFANS, "7", OutgoingMessage("Hi", None, (Media("IMAGE", "https://example.com", "1"),))),
        (SANDBOX, "7", OutgoingMessage("Hi", None, (Media("IMAGE", "file:///etc/passwd", None),))),
    ],
)
def test_what_a_platform_never_takes_is_refused_beforehand(
    dialect: Dialect, fan: str, message: OutgoingMessage
) -> None:
    with pytest.raises(RequestRefused):
        composing.check(dialect, fan, message)
