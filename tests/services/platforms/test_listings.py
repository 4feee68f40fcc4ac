from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.platforms.interface import AccountProfile, FoundFan, SentCopy
from services.platforms.listings import found_fan, listed_account, message_page

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["data", "list", "id", "text", "fromUser", "createdAt", "price", "_pagination", "next_page"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=15,
)
ACCOUNT: dict[str, Any] = {
    "id": "acct_1",
    "display_name": "Mia",
    "is_authenticated": True,
    "onlyfans_user_data": {"avatar": "https://example.com/a.jpg", "name": "Other"},
}


def test_an_account_is_found_among_those_behind_the_key() -> None:
    found = listed_account([{"id": "acct_0"}, ACCOUNT], "acct_1")

    assert found is not None
    assert found.profile == AccountProfile("acct_1", "Mia", "https://example.com/a.jpg")
    assert found.connected
    assert listed_account({"data": [ACCOUNT]}, "acct_1") == found
    assert listed_account([ACCOUNT], "acct_2") is None


def test_an_account_whose_session_ended_is_not_connected() -> None:
    found = listed_account([ACCOUNT | {"is_authenticated": False}], "acct_1")

    assert found is not None
    assert not found.connected


@pytest.mark.parametrize(
    ("entry", "name"),
    [
        ({"id": "acct_1"}, "acct_1"),
        ({"id": "acct_1", "onlyfans_username": "mia"}, "mia"),
        ({"id": "acct_1", "display_name": " ", "onlyfans_user_data": {"name": "M"}}, "M"),
    ],
)
def test_an_account_without_a_name_is_called_by_what_there_is(entry: dict[str, Any], name: str) -> None:
    found = listed_account([entry], "acct_1")

    assert found is not None
    assert found.profile.display_name == name


@pytest.mark.parametrize(
    ("answer", "fan"),
    [
        ({"data": {"id": 7, "name": "Jo", "username": "JO"}}, FoundFan("7", "Jo")),
        ({"id": "7"}, FoundFan("7")),
        ({"data": {"id": 7, "username": "somebody_else"}}, None),
        ({"data": {}}, None),
        ([], None),
        (None, None),
    ],
)
def test_a_fan_is_the_one_of_this_handle(answer: object, fan: FoundFan | None) -> None:
    assert found_fan(answer, "jo") == fan


def message(**changes: Any) -> dict[str, Any]:
    usual = {
        "id": 1,
        "text": "<p>Hi &amp; bye</p>",
        "price": 25,
        "fromUser": {"id": 99},
        "createdAt": "2026-11-20T12:00:00+00:00",
    }
    return usual | changes


def test_own_messages_of_a_page() -> None:
    noon = datetime(2026, 11, 20, 12, tzinfo=UTC)
    answer = {
        "data": [
            message(),
            message(id=2, fromUser={"id": 7}),
            message(id=3, fromUser={"id": 7}, isSentByMe=True),
            message(id=4, isSentByMe=False),
            message(id=None),
            message(id=5, price="odd"),
            message(id=6, createdAt="2026-11-20T11:00:00Z", price=0),
        ],
        "_pagination": {"next_page": "https://elsewhere.example/x?limit=10&id=6"},
    }

    page = message_page(answer, "7")

    assert [copy.platform_message_id for copy in page.own] == ["1", "3", "6"]
    assert page.own[0] == SentCopy("1", "Hi & bye", 2_500, noon)
    assert page.own[2].price_cents is None
    assert page.oldest == datetime(2026, 11, 20, 11, tzinfo=UTC)
    assert page.next_query == {"limit": "10", "id": "6"}


def test_an_empty_page_is_the_last() -> None:
    assert message_page({"data": [], "_pagination": {"next_page": "https://example.com?id=1"}}, "7").next_query is None


def test_both_shapes_of_a_listing_are_read() -> None:
    assert message_page({"data": {"list": [message()]}}, "7").own == message_page({"data": [message()]}, "7").own


@given(JSON)
def test_no_listing_is_too_odd(answer: Any) -> None:
    message_page(answer, "7")
    listed_account(answer, "acct_1")
    found_fan(answer, "jo")
