"""What the platform saw, judged: the limit, the gaps, duplicates and order. Pure; times in seconds."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any


@dataclass(frozen=True, slots=True)
class Arrival:
    """One request to send as the platform received it. `delivered`: it put the message into the chat."""

    at: float
    account: str
    chat: str
    text: str
    delivered: bool


def arrivals(listed: Iterable[Mapping[str, Any]]) -> list[Arrival]:
    """From what the sandbox lists, in the order in which they came. What was not delivered has no text."""
    return [
        Arrival(each["receivedAt"], each["accountId"], each["chatId"], each["text"], each["delivered"])
        for each in listed
    ]


def most_in_a_window(seen: Iterable[Arrival], window: float) -> int:
    """The most arrivals of one account in any rolling window, whose end is not part of it."""
    return max((_most(sorted(times), window) for times in _by_account(seen).values()), default=0)


def smallest_gap(seen: Iterable[Arrival]) -> float:
    """The least time between two arrivals of one account; infinite where no account has two."""
    gaps = (later - earlier for times in _by_account(seen).values() for earlier, later in pairwise(sorted(times)))
    return min(gaps, default=float("inf"))


def delivered_often(seen: Iterable[Arrival]) -> dict[str, int]:
    """Texts that came into a chat more than once, with how often."""
    counts = Counter(each.text for each in seen if each.delivered)
    return {text: count for text, count in counts.items() if count > 1}


def delivered(seen: Iterable[Arrival]) -> set[str]:
    return {each.text for each in seen if each.delivered}


def inversions(seen: Iterable[Arrival], written: Sequence[str]) -> list[tuple[str, str]]:
    """Pairs that stand in one chat in another order than they were written in; texts not in `written` do not count."""
    place = {text: number for number, text in enumerate(written)}
    chats: dict[tuple[str, str], list[str]] = defaultdict(list)
    for each in sorted(seen, key=lambda arrival: arrival.at):
        if each.delivered and each.text in place:
            chats[each.account, each.chat].append(each.text)
    return [pair for texts in chats.values() for pair in pairwise(texts) if place[pair[0]] > place[pair[1]]]


def _by_account(seen: Iterable[Arrival]) -> dict[str, list[float]]:
    times: dict[str, list[float]] = defaultdict(list)
    for each in seen:
        times[each.account].append(each.at)
    return times


def _most(ordered: Sequence[float], window: float) -> int:
    first, most = 0, 0
    for last, moment in enumerate(ordered):
        while ordered[first] <= moment - window:
            first += 1
        most = max(most, last - first + 1)
    return most
