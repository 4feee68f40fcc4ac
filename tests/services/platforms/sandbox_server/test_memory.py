"""What the sandbox remembers is bounded, and its ids never come twice."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from services.platforms.sandbox_server import accounts, background, chats, fans, keys, uploads
from services.platforms.sandbox_server.arrivals import Arrival, Arrivals

NOW = datetime(2026, 11, 20, tzinfo=UTC)


def message(history: chats.Chats, chat_id: str) -> chats.ChatMessage:
    made = chats.ChatMessage(history.next_id(NOW), "acct_1", chat_id, False, "Hi", None, (), (), NOW)
    history.add(made)
    return made


def test_ids_rise_and_never_repeat_those_of_an_earlier_process() -> None:
    earlier, later = chats.Chats(), chats.Chats()
    last = [earlier.next_id(NOW) for _ in range(1_000)][-1]

    assert last == int(NOW.timestamp() * 1_000_000) + 999
    assert later.next_id(datetime(2026, 11, 20, 0, 0, 1, tzinfo=UTC)) > last


def test_old_messages_and_old_chats_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chats, "MAX_CHATS", 2)
    history = chats.Chats()
    made = [message(history, "a") for _ in range(chats.MAX_MESSAGES + 5)]
    message(history, "b")
    message(history, "a")
    message(history, "c")

    assert history.newest("acct_1", "b", 10, None) == []
    assert len(history.newest("acct_1", "a", 1_000, None)) == chats.MAX_MESSAGES
    assert made[0] not in history.newest("acct_1", "a", 1_000, None)


def test_old_arrivals_are_forgotten() -> None:
    arrivals = Arrivals(kept=2)
    for number in range(3):
        arrivals.add(Arrival(NOW, "acct_1", str(number), None, None))

    assert [arrival.chat_id for arrival in arrivals.listed()] == ["1", "2"]


def test_old_keys_fans_and_uploads_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "MAX_KEYS", 1)
    monkeypatch.setattr(fans, "MAX_FANS", 1)
    monkeypatch.setattr(uploads, "MAX_UPLOADS", 1)
    kept, known, made = keys.Keys(), fans.Fans(), uploads.Uploads()
    sent = message(chats.Chats(), "a")
    for name in ("one", "two"):
        kept.keep("acct_1", name, keys.Kept("print", sent))
        known.introduce(fans.SandboxFan(name))
    names = [made.add(), made.add()]

    assert [kept.get("acct_1", name) is not None for name in ("one", "two")] == [False, True]
    assert made.missing(names[:1])
    assert not made.missing(names[1:])


def test_accounts_are_bounded_and_known_ones_may_change(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accounts, "MAX_ACCOUNTS", 1)
    registered = accounts.Accounts()

    assert registered.register(accounts.Account("a", "k", "A"))
    assert registered.register(accounts.Account("a", "k", "B"))
    assert not registered.register(accounts.Account("b", "k", "B"))


async def test_background_work_is_bounded_and_ends_with_the_sandbox() -> None:
    begun: list[str] = []

    async def work(name: str) -> None:
        begun.append(name)

    tasks = background.Background(limit=1)
    tasks.start(work("one"))
    tasks.start(work("two"))
    await tasks.close()

    assert begun in ([], ["one"])
