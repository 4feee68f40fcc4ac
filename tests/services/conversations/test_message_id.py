from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from db.models import new_id
from services.conversations.message_id import message_id

HERE, THERE = UUID(int=1), UUID(int=2)
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
NUMBERS = st.integers(0, 10**18 - 1)
SECONDS = st.integers(0, 10**10)


@given(st.text(min_size=1, max_size=30), st.datetimes(timezones=st.just(UTC)))
def test_it_is_a_uuid_of_the_seventh_kind_whatever_the_platform_says(platform_id: str, sent_at: datetime) -> None:
    made = message_id(HERE, platform_id, sent_at)

    assert (made.version, made.variant) == (7, "specified in RFC 4122")
    assert made == message_id(HERE, platform_id, sent_at)


@given(NUMBERS, NUMBERS)
def test_messages_of_one_moment_stand_in_the_order_of_their_numbers(one: int, other: int) -> None:
    assert (message_id(HERE, str(one), NOW) < message_id(HERE, str(other), NOW)) == (one < other)


@given(NUMBERS, NUMBERS, SECONDS, st.integers(1, 10**9))
def test_the_moment_goes_first(one: int, other: int, seconds: int, milliseconds: int) -> None:
    sent_at = datetime.fromtimestamp(seconds, UTC)
    later = sent_at + timedelta(milliseconds=milliseconds)

    assert message_id(HERE, str(one), sent_at) < message_id(HERE, str(other), later)


def test_it_lies_among_the_ids_we_give_ourselves() -> None:
    before, now = new_id(), datetime.now(UTC)

    assert before < message_id(HERE, "999", now + timedelta(seconds=1))
    assert message_id(HERE, "999", now - timedelta(seconds=1)) < before


def test_two_accounts_may_have_the_same_number() -> None:
    assert message_id(HERE, "5", NOW) != message_id(THERE, "5", NOW)
    assert message_id(HERE, "m5", NOW) != message_id(HERE, "m6", NOW)
