"""Everything is fetched again while somebody is at work: nothing typed goes elsewhere, and nothing stays empty."""

from __future__ import annotations

import re

from playwright.sync_api import Route, expect

from tests.web.app.creator import Creator
from tests.web.app.window import Window


def everything_is_fetched_again(window: Window, mia: Creator) -> None:
    """The server cannot tell what was missed during a cut."""
    cut = window.page.get_by_text("No connection. What happens meanwhile")
    window.page.context.set_offline(True)
    expect(cut).to_be_visible()
    mia.lose_the_sequence()
    window.page.context.set_offline(False)
    expect(cut).to_have_count(0)


def test_who_is_typing_goes_on_typing(window: Window, mia: Creator) -> None:
    """Letters are commands where no field has the focus: k leads to another conversation."""
    mia.hears("Hello", "Robin Weber")
    mia.hears("Hi", "Alex Morgan")
    window.open()
    window.open_conversation("Robin Weber")
    window.composer.press_sequentially("I thin")
    with window.page.expect_response(lambda response: "query Conversations(" in (response.request.post_data or "")):
        everything_is_fetched_again(window, mia)
    mia.hears("Are you there?", "Robin Weber")
    expect(window.bubble("Are you there?")).to_be_visible()
    window.page.keyboard.type("k so")
    expect(window.composer).to_have_value("I think so")
    window.page.keyboard.press("Enter")
    expect(window.bubble("I think so")).to_have_attribute("data-status", "SENT")
    assert window.texts() == ["Hello", "Are you there?", "I think so"]
    assert [each["text"] for each in mia.messages("Alex Morgan")] == ["Hi"]


def test_a_fan_goes_on_being_edited(window: Window, mia: Creator) -> None:
    mia.hears("Hello")
    window.open()
    window.open_conversation("Robin Weber")
    window.about_fan("Edit…")
    dialog = window.page.get_by_role("dialog", name="Edit Robin Weber")
    dialog.get_by_label("E-mail").fill("robin@example.com")
    everything_is_fetched_again(window, mia)
    mia.hears("Are you there?")
    expect(window.page.get_by_text("Are you there?").first).to_be_visible()
    expect(dialog.get_by_label("E-mail")).to_have_value("robin@example.com")
    dialog.get_by_role("button", name="Save").click()
    expect(window.page.get_by_role("complementary")).to_contain_text("robin@example.com")


def test_a_list_that_was_on_its_way_is_asked_for_again(window: Window, mia: Creator) -> None:
    mia.hears("Hello")
    mia.conversation("Robin Weber")
    held: list[Route] = []

    def hold_the_first(route: Route) -> None:
        if "query Conversations(" in (route.request.post_data or "") and not held:
            held.append(route)
        else:
            route.continue_()

    window.page.route("**/graphql", hold_the_first)
    with window.page.expect_request(lambda request: "query Conversations(" in (request.post_data or "")):
        window.open()
    everything_is_fetched_again(window, mia)
    for route in held:  # what it says belongs to what was before
        route.continue_()
    expect(window.row("Robin Weber")).to_be_visible()


def test_a_count_that_was_not_answered_is_asked_for_again(window: Window, mia: Creator) -> None:
    window.open()
    expect(window.page).to_have_title(re.compile("^Inbox"))
    lost: list[str] = []

    def lose_the_first(route: Route) -> None:
        if "query Unread" in (route.request.post_data or "") and not lost:
            lost.append("count")
            route.abort()
        else:
            route.continue_()

    window.page.route("**/graphql", lose_the_first)
    mia.hears("Hello")
    expect(window.page).to_have_title("(1) Inbox · Huntaze CRM")
    assert lost == ["count"]
