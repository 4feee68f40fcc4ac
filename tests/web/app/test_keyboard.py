"""The inbox without a mouse."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.web.app.creator import Creator
from tests.web.app.window import Window


def test_through_the_list_by_keys(window: Window, mia: Creator) -> None:
    for name in ("Alex Morgan", "Jordan Lee", "Robin Weber"):
        mia.hears(f"Hi, {name} here", name)
    window.open()
    expect(window.conversations.get_by_role("link")).to_have_count(3)
    order = window.conversations.locator(".row-name").all_inner_texts()
    keys = window.page.keyboard
    keys.press("ArrowDown")
    expect(window.page.get_by_role("log", name=f"Messages with {order[0]}")).to_be_visible()
    keys.press("ArrowDown")
    expect(window.page.get_by_role("log", name=f"Messages with {order[1]}")).to_be_visible()
    keys.press("ArrowUp")
    expect(window.page.get_by_role("log", name=f"Messages with {order[0]}")).to_be_visible()
    keys.press("r")
    expect(window.composer).to_be_focused()
    keys.type("e and / are letters here?")
    keys.press("Shift+Enter")
    keys.type("Second line")
    expect(window.composer).to_have_value("e and / are letters here?\nSecond line")
    keys.press("Enter")
    expect(window.bubble("e and / are letters here? Second line")).to_have_attribute("data-status", "SENT")
    keys.press("Escape")
    keys.press("/")
    expect(window.page.get_by_label("Search fans and messages")).to_be_focused()
    keys.press("Escape")
    keys.press("?")
    expect(window.page.get_by_role("dialog", name="Keys")).to_be_visible()
    keys.press("Escape")
    expect(window.page.get_by_role("dialog", name="Keys")).to_have_count(0)
    keys.press("Escape")
    expect(window.page).to_have_url(f"{mia.url}/")


def test_e_marks_read_what_is_further_down(window: Window, mia: Creator) -> None:
    mia.hears("The newest")
    mia.has_history("Robin Weber", [f"Line {number}" for number in range(30)])
    window.open()
    window.open_conversation("Robin Weber")
    expect(window.row("Robin Weber").locator(".badge")).to_have_count(0)
    window.thread.evaluate("element => element.scrollTo(0, 0)")
    expect(window.page.get_by_role("button", name="Newest")).to_be_visible()
    mia.hears("Not on screen")
    expect(window.row("Robin Weber").locator(".badge")).to_have_text("1 unread")
    window.thread.focus()
    window.page.keyboard.press("e")
    expect(window.row("Robin Weber").locator(".badge")).to_have_count(0)


def test_keys_after_a_click_on_a_choice_and_in_the_messages(window: Window, mia: Creator) -> None:
    mia.hears("Hi", "Alex Morgan")
    mia.hears("The newest", "Robin Weber")
    mia.has_history("Robin Weber", [f"Line {number}" for number in range(30)])
    window.open()
    window.page.get_by_label("To answer", exact=True).check()
    window.page.keyboard.press("/")
    expect(window.page.get_by_label("Search fans and messages")).to_be_focused()
    window.open_conversation("Robin Weber")
    end = window.thread.evaluate("element => element.scrollTop")
    window.thread.focus()
    window.page.keyboard.press("ArrowUp")
    window.page.wait_for_function("end => document.querySelector('[role=log]').scrollTop < end", arg=end)
    expect(window.page.get_by_role("log", name="Messages with Robin Weber")).to_be_visible()
    window.page.keyboard.press("j")
    expect(window.page.get_by_role("log", name="Messages with Alex Morgan")).to_be_visible()
