"""A new message that is not on screen is told: by the title, on the page, and by the browser where it is allowed."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.web.app.creator import Creator
from tests.web.app.window import Window

# Headless Chromium shows no notifications; what the page asks the browser for is kept instead.
KEEP = """const told = [];
window.Notification = class { static permission = "granted"; static requestPermission = async () => "granted";
  constructor(title, options) { told.push([title, options.body]);
    document.body.dataset.told = JSON.stringify(told); } close() {} };"""


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
