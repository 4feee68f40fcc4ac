"""The judge of the other tests: each thing it looks for is found where it is, and not where it is not."""

from __future__ import annotations

import pytest

from tests.promises.audit import (
    Arrival,
    arrivals,
    delivered,
    delivered_often,
    inversions,
    most_in_a_window,
    smallest_gap,
)


def seen(*times: float, account: str = "a") -> list[Arrival]:
    return [Arrival(at, account, "chat", f"{account}{at}", delivered=True) for at in times]


def chat(*texts: str, of: str = "chat", count: bool = True) -> list[Arrival]:
    return [Arrival(float(at), "a", of, text, count) for at, text in enumerate(texts)]


@pytest.mark.parametrize(
    ("moments", "most"),
    [([], 0), ([5], 1), ([0, 1, 2], 1), ([0, 0.5, 0.999], 3), ([0, 0.5, 1.0], 2), ([0, 0.9, 1.0, 1.1, 1.8], 4)],
)
def test_the_most_in_a_rolling_window(moments: list[float], most: int) -> None:
    assert most_in_a_window(seen(*moments), 1) == most


def test_each_account_has_windows_and_gaps_of_its_own() -> None:
    both = [*seen(0, 0.4), *seen(0.1, 0.7, account="b")]

    assert most_in_a_window(both, 1) == 2
    assert smallest_gap(both) == pytest.approx(0.4)


def test_one_arrival_has_no_gap() -> None:
    assert smallest_gap(seen(1)) == float("inf")


def test_duplicates_are_deliveries_not_requests() -> None:
    assert delivered_often([*chat("x", "y", "x", "x"), *chat("y", count=False)]) == {"x": 3}
    assert delivered([*chat("x"), *chat("y", count=False)]) == {"x"}


@pytest.mark.parametrize(
    ("order", "found"),
    [
        ("abc", []),
        ("ac", []),
        ("acb", [("c", "b")]),
        ("cab", [("c", "a")]),
        ("azb", []),
        ("cba", [("c", "b"), ("b", "a")]),
    ],
)
def test_an_inversion_is_a_pair_in_the_wrong_order(order: str, found: list[tuple[str, str]]) -> None:
    assert inversions(chat(*order), "abc") == found


def test_other_chats_and_undelivered_requests_are_no_inversions() -> None:
    assert inversions([*chat("b"), *chat("", "a", of="other")], "ab") == []
    assert inversions([*chat("b", count=False), *chat("", "a")], "ab") == []


def test_arrivals_are_read_as_the_sandbox_lists_them() -> None:
    listed = {"receivedAt": 3.5, "accountId": "a", "chatId": "f", "text": "x", "delivered": True, "status": 200}

    assert arrivals([listed]) == [Arrival(3.5, "a", "f", "x", delivered=True)]
