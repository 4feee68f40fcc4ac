"""A fan is erased: what was on screen of her goes, in every window."""

from __future__ import annotations

from playwright.sync_api import Browser, expect

from tests.web.app.creator import Creator
from tests.web.app.window import Window

UPDATE = "mutation ($input: UpdateFanInput!) { updateFan(input: $input) { errors { message } } }"


def test_nothing_of_her_stays_in_sight_here_and_at_a_colleagues(window: Window, browser: Browser, mia: Creator) -> None:
    mia.hears("My address is 5 Elm Street")
    mia.hears("Hi", "Alex Morgan")
    fan = {"id": mia.conversation("Robin Weber") and mia.fan_id("Robin Weber")}
    mia.ask(UPDATE, {"input": fan | {"email": "robin@example.com", "notes": "Birthday in May"}})
    with browser.new_context() as context:
        colleague = Window(context.new_page(), mia, act="assistant-7")
        for each in (window, colleague):
            each.open()
            each.open_conversation("Robin Weber")
            expect(each.bubble("My address is 5 Elm Street")).to_be_visible()
            expect(each.page.get_by_role("complementary")).to_contain_text("robin@example.com")
        window.about_fan("Erase personal data…")
        window.page.get_by_role("alertdialog").get_by_role("button", name="Erase for good").click()
        for each in (window, colleague):
            about = each.page.get_by_role("complementary")
            expect(about).to_contain_text("This fan was deleted")
            expect(each.page.locator("body")).not_to_contain_text("Elm Street")
            expect(about).not_to_contain_text("robin@example.com")
            expect(about).not_to_contain_text("Robin")
            expect(about.get_by_label("Notes")).to_have_value("")
            expect(each.row("Robin Weber")).to_have_count(0)
            expect(each.row("Alex Morgan")).to_be_visible()
        colleague.demand_no_faults()


def test_of_a_deleted_fan_the_thread_can_still_be_read(window: Window, mia: Creator) -> None:
    mia.hears("Hello")
    window.open()
    window.open_conversation("Robin Weber")
    window.about_fan("Delete…")
    window.page.get_by_role("alertdialog").get_by_role("button", name="Delete").click()
    expect(window.page.get_by_role("complementary", name="About Robin Weber")).to_contain_text("This fan was deleted")
    expect(window.bubble("Hello")).to_be_visible()
    mia.hears("I am back")
    expect(window.bubble("I am back")).to_be_visible()
    expect(window.row("Robin Weber")).to_be_visible()
    assert window.texts() == ["Hello", "I am back"]
