"""Two people in one inbox: what one does, the other sees; nobody answers without seeing the other's answer."""

from __future__ import annotations

from playwright.sync_api import Browser, expect

from tests.web.app.creator import Creator
from tests.web.app.window import Window


def test_both_see_the_same(window: Window, browser: Browser, mia: Creator) -> None:
    mia.hears("Who is there?")
    with browser.new_context() as context:
        other = Window(context.new_page(), mia, act="assistant-7")
        for each in (window, other):
            each.open()
            each.open_conversation("Robin Weber")
        window.write("Mia here")
        expect(other.bubble("Mia here")).to_have_attribute("data-status", "SENT")
        other.write("And her assistant")
        expect(window.bubble("And her assistant")).to_contain_text("assistant-7")
        expect(window.bubble("And her assistant")).to_have_attribute("data-status", "SENT")
        mia.hears("Hello both")
        expect(window.bubble("Hello both")).to_be_visible()
        expect(other.bubble("Hello both")).to_be_visible()
        assert window.texts() == other.texts() == [each["text"] for each in mia.messages("Robin Weber")]
        about = other.page.get_by_role("complementary", name="About Robin Weber")
        about.get_by_label("Tags").fill("vip")
        about.get_by_label("Tags").press("Enter")
        mine = window.page.get_by_role("complementary", name="About Robin Weber")
        expect(mine.get_by_role("button", name="Remove vip")).to_be_visible()
        other.demand_no_faults()


def test_an_answer_that_a_colleague_was_quicker_with_is_not_sent_twice(window: Window, mia: Creator) -> None:
    mia.hears("Do you ship to Norway?")
    window.open()
    window.open_conversation("Robin Weber")
    window.page.context.set_offline(True)
    window.write("Yes, we do")
    expect(window.bubble("Yes, we do")).to_contain_text("No connection")
    mia.sends(conversationId=mia.conversation("Robin Weber"), text="We do, 5 days")
    window.page.context.set_offline(False)
    expect(window.bubble("Yes, we do")).to_contain_text("A colleague answered first")
    expect(window.bubble("We do, 5 days")).to_be_visible()
    assert [each["text"] for each in mia.messages("Robin Weber")] == ["Do you ship to Norway?", "We do, 5 days"]
    window.composer.fill("By parcel")
    window.bubble("Yes, we do").get_by_role("button", name="Edit").click()
    expect(window.composer).to_have_value("Yes, we do\nBy parcel")
    window.write("Yes, we do; the parcel takes 5 days")
    expect(window.bubble("Yes, we do; the parcel takes 5 days")).to_have_attribute("data-status", "SENT")


def test_what_the_fan_wrote_meanwhile_holds_no_answer_back(window: Window, mia: Creator) -> None:
    mia.hears("Hello?")
    window.open()
    window.open_conversation("Robin Weber")
    window.page.context.set_offline(True)
    window.write("Hi Robin")
    expect(window.bubble("Hi Robin")).to_contain_text("No connection")
    mia.hears("Are you there?")
    window.page.context.set_offline(False)
    expect(window.bubble("Hi Robin")).to_have_attribute("data-status", "SENT")
    assert window.texts() == ["Hello?", "Are you there?", "Hi Robin"]


def test_several_accounts_are_told_apart(window: Window, mia: Creator) -> None:
    mia.connect("Nora", f"{mia.account}-b")
    mia.hears("For Mia", "Robin Weber")
    mia.hears("For Nora", "Alex Morgan", account=f"{mia.account}-b")
    window.open()
    expect(window.conversations.get_by_role("link")).to_have_count(2)
    window.page.get_by_role("button", name="Account: all. Choose another").click()
    window.page.get_by_role("menuitem").nth(2).click()
    expect(window.conversations.get_by_role("link")).to_have_count(1)
    expect(window.row("Alex Morgan")).to_be_visible()
    expect(window.page).to_have_title("(1) Inbox · Huntaze CRM")
