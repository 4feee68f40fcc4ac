from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.platforms.interface import SentCopy
from services.platforms.markup import marked_up, plain
from services.sending.matching import Call, Candidate, could_be, delivering_call, proven

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
ATTEMPTS = [UUID(int=number) for number in range(10)]


def ours(text: str = "Hi <3", *, price: int | None = None, calls: tuple[float, ...] = (0,)) -> Candidate:
    """`calls`: when each left, in seconds from noon."""
    left = tuple(Call(ATTEMPTS[n], NOON + timedelta(seconds=seconds)) for n, seconds in enumerate(calls))
    return Candidate(uuid4(), text, price, left)


def copy(text: str = "Hi <3", *, price: int | None = None, at: float = 1, key: str = "p1") -> SentCopy:
    return SentCopy(key, text, price, NOON + timedelta(seconds=at))


@pytest.mark.parametrize(
    ("candidate", "found", "same"),
    [
        (ours(), copy(), True),
        (ours(), copy(at=0), True),
        (ours(), copy(at=600), True),
        (ours(), copy(at=601), False),
        (ours(), copy(at=-60), True),
        (ours(), copy(at=-61), False),
        (ours(calls=(0, 500)), copy(at=700), True),
        (ours(calls=(0, 500)), copy(at=1101), False),
        (ours(calls=()), copy(), False),
        (ours(), copy("Hi"), False),
        (ours(), copy("hi <3"), False),
        (ours(), copy("Hi  <3\n"), True),
        (ours("a\r\n\r\nb "), copy("a\n\nb"), True),
        (ours("Cafe\u0301"), copy("Caf\u00e9"), True),
        (ours("<b>bold</b> & co"), copy("<b>bold</b> & co"), True),
        (ours("<b>bold</b>"), copy("bold"), False),
        (ours(price=500), copy(price=500), True),
        (ours(price=500), copy(price=501), False),
        (ours(price=500), copy(), False),
        (ours(), copy(price=500), False),
        (ours(price=0), copy(), True),
        # The text of an erased fan's message is gone: it says nothing about any other.
        (ours(""), copy(""), False),
    ],
)
def test_which_copy_could_be_a_message(candidate: Candidate, found: SentCopy, same: bool) -> None:
    assert could_be(candidate, found) is same


@given(st.text(min_size=1, max_size=200).filter(str.strip))
def test_a_text_is_recognised_after_its_way_through_the_platform(text: str) -> None:
    stored = plain(marked_up(text))
    if stored:
        assert could_be(ours(stored), copy(plain(f"<p>{marked_up(stored)}</p>")))


def pairs(candidates: list[Candidate], copies: list[SentCopy]) -> list[tuple[UUID, str]]:
    return [(one.message_id, other.platform_message_id) for one, other in proven(candidates, copies)]


def test_one_message_and_one_copy_are_proof() -> None:
    message, other = ours(), ours("Bye")

    assert pairs([message, other], [copy()]) == [(message.message_id, "p1")]


def test_each_is_matched_with_its_own() -> None:
    first, second = ours(), ours("Bye")

    found = pairs([first, second], [copy("Bye", key="p2"), copy("Elsewhere", key="p3"), copy()])

    assert set(found) == {(first.message_id, "p1"), (second.message_id, "p2")}


@pytest.mark.parametrize(
    ("candidates", "copies"),
    [
        ([], [copy()]),
        ([ours()], []),
        ([ours(), ours()], [copy()]),
        ([ours()], [copy(), copy(key="p2")]),
        ([ours(), ours()], [copy(), copy(key="p2")]),
        # The second message could be one copy alone, but that copy could be the first message as well.
        ([ours(), ours(calls=(500,))], [copy(at=300), copy(at=590, key="p2")]),
    ],
    ids=["nothing of ours", "no copy", "two of ours", "two copies", "two of each", "a chain"],
)
def test_anything_less_proves_nothing(candidates: list[Candidate], copies: list[SentCopy]) -> None:
    assert pairs(candidates, copies) == []


TEXTS = st.sampled_from(["a", "b"])
SECONDS = st.floats(-700, 700)


@given(
    st.lists(st.builds(ours, TEXTS, calls=st.tuples(SECONDS)), max_size=4),
    st.lists(st.tuples(TEXTS, SECONDS), max_size=4),
)
def test_no_copy_proves_two_messages_and_no_message_has_two(candidates: list[Candidate], drawn: list[Any]) -> None:
    copies = [copy(text, at=at, key=f"p{number}") for number, (text, at) in enumerate(drawn)]
    found = proven(candidates, copies)

    assert (
        len({one.message_id for one, _ in found}) == len({each.platform_message_id for _, each in found}) == len(found)
    )
    for one, other in found:
        assert [each for each in copies if could_be(one, each)] == [other]
        assert [each for each in candidates if could_be(each, other)] == [one]


@pytest.mark.parametrize(
    ("calls", "at", "number"),
    [((0,), 1, 0), ((0, 20, 60), 25, 1), ((0, 20, 60), 20, 1), ((0, 20, 60), 300, 2), ((0, 20), -30, 0)],
)
def test_the_last_call_before_the_copy_delivered_it(calls: tuple[float, ...], at: float, number: int) -> None:
    assert delivering_call(ours(calls=calls), copy(at=at)).attempt_id == ATTEMPTS[number]
