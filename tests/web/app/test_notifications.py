"""A new message that is not on screen is told: by the title, on the page, and by the browser where it is allowed."""

from __future__ import annotations

import re

from playwright.sync_api import Route, expect

from tests.web.app.creator import Creator
from tests.web.app.window import Window

# Headless Chromium shows no notifications; what the page asks the browser for is kept instead.
KEEP = """const told = [];
window.Notification = class { static permission = "granted"; static requestPermission = async () => "granted";
  constructor(title, options) { told.push([title, options.body]);
    document.body.dataset.told = JSON.stringify(told); } close() {} };"""

# As Chrome on Android does: allowed, and yet no page may make one.
REFUSE = """localStorage.setItem("huntaze.preferences", JSON.stringify({ notify: true }));
window.Notification = class { static permission = "granted"; constructor() { throw new TypeError("Illegal"); } };"""


def test_a_message_elsewhere_is_told(window: Window, mia: Creator) -> None:
    mia.hears("Hello", "Robin Weber")
    window.page.add_init_script(KEEP)
    window.open()
    expect(window.row("Robin Weber")).to_be_visible()
    window.page.get_by_role("link", name="Settings").click()
    mia.hears("Are you there?", "Robin Weber")
    expect(window.page.get_by_text("Robin Weber: Are you there?")).to_be_visible()
    expect(window.page.locator("body")).not_to_have_attribute("data-told", re.compile(""))
    window.page.get_by_role("switch", name="Tell me of new messages").click()
    mia.hears("Somebody else", "Alex Morgan")
    expect(window.page.locator("body")).to_have_attribute("data-told", '[["Alex Morgan","Somebody else"]]')
    expect(window.page).to_have_title("(2) Settings · Huntaze CRM")


def test_a_message_to_another_conversation_than_the_one_being_read_is_told(window: Window, mia: Creator) -> None:
    mia.hears("Hello", "Robin Weber")
    mia.hears("Hi", "Alex Morgan")
    window.open()
    window.open_conversation("Robin Weber")
    mia.hears("To the one being read", "Robin Weber")
    expect(window.bubble("To the one being read")).to_be_visible()
    mia.hears("To another one", "Alex Morgan")
    told = window.page.locator(".toast", has_text="Alex Morgan: To another one")
    expect(told).to_be_visible()
    assert window.page.get_by_text("Robin Weber: To the one being read").count() == 0
    told.get_by_role("button", name="Open", exact=True).click()
    expect(window.bubble("To another one")).to_be_visible()


def test_a_narrowed_list_hides_no_message(window: Window, mia: Creator) -> None:
    mia.hears("The zebra crossing", "Robin Weber")
    window.open()
    expect(window.row("Robin Weber")).to_be_visible()
    mia.hears("Seen in the list", "Alex Morgan")
    expect(window.row("Alex Morgan")).to_contain_text("Seen in the list")
    window.page.get_by_label("Search fans and messages").fill("zebra")
    expect(window.rows).to_have_count(1)
    mia.hears("Not in the list", "Alex Morgan")
    expect(window.page.get_by_text("Alex Morgan: Not in the list")).to_be_visible()
    assert window.page.get_by_text("Alex Morgan: Seen in the list").count() == 0


def test_a_message_that_is_refused_while_nobody_looks_is_told_until_it_is_looked_at(
    window: Window, mia: Creator
) -> None:
    mia.hears("Hello", "Robin Weber")
    mia.hears("Hi", "Alex Morgan")
    window.open()
    window.open_conversation("Robin Weber")
    held: list[Route] = []
    window.page.route(
        "**/graphql",
        lambda route: (
            held.append(route) if "mutation SendMessage" in (route.request.post_data or "") else route.continue_()
        ),
    )
    window.write("Not to be lost")
    window.open_conversation("Alex Morgan")
    error = {"__typename": "InvalidInput", "code": "INVALID_INPUT", "message": "A word is not allowed.", "path": None}
    held[0].fulfill(json={"data": {"sendMessage": {"message": None, "errors": [error]}}})
    told = window.page.locator(".toast", has_text="Not sent to Robin Weber: A word is not allowed.")
    expect(told).to_be_visible()
    # Alex's message may have been told too.
    told.get_by_role("button", name="Open", exact=True).click()
    expect(window.thread.get_by_role("alert")).to_contain_text("Not sent: A word is not allowed.")
    expect(told).to_have_count(0)
    window.row("Alex Morgan").click()  # it was seen, and is not told again
    expect(window.page.get_by_role("log", name="Messages with Alex Morgan")).to_be_visible()
    assert told.count() == 0


def test_a_browser_that_refuses_to_notify_breaks_nothing(window: Window, mia: Creator) -> None:
    mia.hears("Hello", "Robin Weber")
    window.page.add_init_script(REFUSE)
    window.open("/settings")
    expect(window.page).to_have_title("(1) Settings · Huntaze CRM")
    mia.hears("Hi", "Jordan Lee")
    expect(window.page).to_have_title("(2) Settings · Huntaze CRM")  # what comes now comes live, and is told
    mia.hears("One", "Robin Weber")
    expect(window.page.get_by_text("Robin Weber: One")).to_be_visible()
    mia.hears("Two", "Alex Morgan")
    expect(window.page.get_by_text("Alex Morgan: Two")).to_be_visible()
    expect(window.page.get_by_text("Robin Weber: One")).to_have_count(1)
