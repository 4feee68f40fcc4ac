"""A part of the application that does not arrive leaves the rest in place, says so, and is tried again."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, Route, expect

from tests.web.app.creator import Creator
from tests.web.app.window import Window

WORDS = "This part of the page could not be fetched."


def _away(route: Route) -> None:
    route.abort()


def _trouble(page: Page) -> Locator:
    return page.get_by_role("alert").filter(has_text=WORDS)


def test_a_page_that_cannot_be_fetched_is_tried_again(window: Window) -> None:
    page = window.page
    page.route("**/assets/SettingsPage-*.js", _away)
    window.open()
    page.get_by_role("link", name="Settings").click()
    expect(_trouble(page)).to_be_visible()
    page.get_by_role("link", name="Inbox").click()
    expect(page.get_by_role("heading", name="No conversations yet")).to_be_visible()
    page.get_by_role("link", name="Settings").click()
    expect(_trouble(page)).to_be_visible()
    page.unroute("**/assets/SettingsPage-*.js")
    page.evaluate("window.same = true")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("heading", level=1, name="Settings")).to_be_visible()
    assert page.evaluate("window.same")


def test_what_is_still_not_there_comes_with_the_whole_page(window: Window) -> None:
    """After a newer version was put up, the files of the older one are gone for good."""
    page = window.page
    page.route("**/assets/QueuePage-*.js", _away)
    window.open()
    page.get_by_role("link", name="Queue").click()
    expect(_trouble(page)).to_be_visible()
    with page.expect_event("load"):
        page.get_by_role("button", name="Try again").click()
    expect(_trouble(page)).to_be_visible()
    page.unroute("**/assets/QueuePage-*.js")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("heading", level=1, name="Queue")).to_be_visible()


def test_a_conversation_does_not_need_the_panel_beside_it(window: Window, mia: Creator) -> None:
    mia.hears("Hello")
    window.page.route("**/assets/FanPanel-*.js", _away)
    window.open()
    window.open_conversation("Robin Weber")
    expect(_trouble(window.page)).to_be_visible()
    window.write("Hi Robin")
    expect(window.bubble("Hi Robin")).to_have_attribute("data-status", "SENT")
    window.page.unroute("**/assets/FanPanel-*.js")
    window.page.get_by_role("button", name="Try again").click()
    expect(window.page.get_by_role("complementary", name="About Robin Weber")).to_be_visible()


def test_the_figures_do_not_need_the_chart(window: Window) -> None:
    window.page.route("**/assets/RevenueChart-*.js", _away)
    window.open("/analytics")
    expect(_trouble(window.page)).to_be_visible()
    expect(window.page.get_by_text("Paid in this range")).to_be_visible()
    window.page.get_by_label("Table", exact=True).check()
    expect(_trouble(window.page)).to_have_count(0)
    window.page.get_by_label("Lines", exact=True).check()
    window.page.unroute("**/assets/RevenueChart-*.js")
    window.page.get_by_role("button", name="Try again").click()
    expect(window.page.get_by_role("img", name="What was offered and what was paid")).to_be_visible()


def test_an_address_of_nothing_is_said_to_be_one(window: Window, mia: Creator) -> None:
    window.open()
    for address in ("/inbox/%E0%A4%A", "/inbox/nonsense"):
        window.page.goto(f"{mia.url}{address}")
        expect(window.page.get_by_role("heading", name="There is no such conversation")).to_be_visible()
