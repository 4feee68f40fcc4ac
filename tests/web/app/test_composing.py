"""What is being written: a time that holds, an own message in sight, reading that was refused and comes to be."""

from __future__ import annotations

from datetime import datetime, timedelta

from playwright.sync_api import Route, expect

from tests.web.app.creator import Creator
from tests.web.app.window import Window


def test_a_time_set_before_the_text_holds(window: Window, mia: Creator) -> None:
    mia.hears("Shall we talk tomorrow?")
    window.open()
    window.open_conversation("Robin Weber")
    page = window.page
    page.get_by_role("button", name="Send later").click()
    page.get_by_label("When").fill(f"{datetime.now().astimezone() + timedelta(days=1):%Y-%m-%d}T12:00")
    page.get_by_role("button", name="Schedule", exact=True).click()
    expect(page.get_by_text("To be sent tomorrow 12:00")).to_be_visible()
    window.composer.fill("Not like this")
    window.composer.fill("")
    window.write("Good morning!")
    expect(window.bubble("Good morning!")).to_contain_text("Scheduled for tomorrow 12:00")
    expect(window.bubble("Good morning!").locator("time")).to_have_text("12:00")
    expect(window.thread.get_by_role("separator", name="Tomorrow")).to_be_visible()

    # It waits at the end of the thread; what the fan writes above it is read all the same.
    mia.hears("Or today?")
    expect(window.bubble("Or today?")).to_be_visible()
    mia.has_read("Robin Weber")
    assert window.texts() == ["Shall we talk tomorrow?", "Or today?", "Good morning!"]
    window.bubble("Good morning!").get_by_role("button", name="Take back").click()
    expect(window.bubble("Good morning!")).to_contain_text("Taken back; it was not sent.")
    assert mia.arrivals() == []


def test_who_sends_from_further_up_sees_what_she_sent(window: Window, mia: Creator) -> None:
    mia.hears("The newest")
    mia.has_history("Robin Weber", [f"Line {number}" for number in range(30)])
    window.open()
    window.open_conversation("Robin Weber")
    window.thread.evaluate("element => element.scrollTo(0, 0)")
    expect(window.page.get_by_role("button", name="Newest")).to_be_visible()
    window.write("From further up")
    expect(window.bubble("From further up")).to_be_in_viewport()
    expect(window.page.get_by_role("button", name="Newest")).to_have_count(0)


def test_reading_that_was_too_much_at_once_is_told_again(window: Window, mia: Creator) -> None:
    mia.hears("Hello")
    window.open()
    refused: list[Route] = []
    error = {"__typename": "RateLimited", "code": "RATE_LIMITED", "message": "", "path": None, "retryAfterSeconds": 1}

    def refuse_the_first(route: Route) -> None:
        if "mutation MarkRead" in (route.request.post_data or "") and not refused:
            refused.append(route)
            route.fulfill(json={"data": {"markConversationRead": {"conversation": None, "errors": [error]}}})
        else:
            route.continue_()

    window.page.route("**/graphql", refuse_the_first)
    window.open_conversation("Robin Weber")
    expect(window.row("Robin Weber").locator(".badge")).to_have_count(0)
    assert len(refused) == 1
