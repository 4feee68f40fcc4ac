"""What a fan has paid and when she was seen, changed beside the conversation."""

from __future__ import annotations

from datetime import datetime

from playwright.sync_api import Locator, expect

from tests.web.app.creator import Creator
from tests.web.app.window import Window

PAID = "mutation ($id: ID!) { updateFan(input: { id: $id, valueCents: 500 }) { errors { message } } }"
STORED = "{ fans { nodes { name valueCents lastSeenAt } } }"


def _edited(window: Window, name: str = "Robin Weber") -> Locator:
    """The fan beside the thread, opened to be changed."""
    window.about_fan("Edit…")
    dialog = window.page.get_by_role("dialog", name=f"Edit {name}")
    expect(dialog).to_be_visible()
    return dialog


def _saved(dialog: Locator) -> None:
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)


def test_value_and_last_seen_are_stored_and_shown(window: Window, mia: Creator) -> None:
    mia.hears("Hello")
    window.open()
    window.open_conversation("Robin Weber")
    figures = window.page.get_by_role("complementary", name="About Robin Weber").locator(".fan-figures dd")
    dialog = _edited(window)
    dialog.get_by_label("Paid so far").fill("1,042.50")
    dialog.get_by_label("Last seen").fill("2025-02-03T12:30")
    _saved(dialog)
    expect(figures).to_have_text(["$1,042.50", "3 Feb 2025"])
    [stored] = mia.ask(STORED)["fans"]["nodes"]
    assert (stored["name"], stored["valueCents"]) == ("Robin Weber", 104_250)
    assert datetime.fromisoformat(stored["lastSeenAt"]) == datetime(2025, 2, 3, 12, 30).astimezone()
    window.page.reload()
    expect(figures).to_have_text(["$1,042.50", "3 Feb 2025"])


def test_what_is_emptied_is_nothing_and_what_is_no_amount_is_said(window: Window, mia: Creator) -> None:
    mia.hears("Hello")
    mia.conversation("Robin Weber")
    assert mia.ask(PAID, {"id": mia.fan_id("Robin Weber")}) == {"updateFan": {"errors": []}}
    window.open()
    window.open_conversation("Robin Weber")
    figures = window.page.get_by_role("complementary", name="About Robin Weber").locator(".fan-figures dd")
    dialog = _edited(window)
    dialog.get_by_label("Paid so far").fill("a lot")
    dialog.get_by_label("Last seen").fill("")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("alert")).to_have_text("An amount such as 12 or 12.50.")
    dialog.get_by_label("Paid so far").fill("")
    _saved(dialog)
    expect(figures).to_have_text(["$0", "never"])
    assert mia.ask(STORED)["fans"]["nodes"] == [{"name": "Robin Weber", "valueCents": 0, "lastSeenAt": None}]
