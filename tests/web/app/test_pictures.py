"""Pictures of other hosts: asked for without telling where from, and only on demand where a person wants it so."""

from __future__ import annotations

from playwright.sync_api import Request, Route, expect

from tests.web.app.creator import Creator
from tests.web.app.window import Window

PICTURE = "https://pictures.example/set.jpg"
PIXEL = '<svg xmlns="http://www.w3.org/2000/svg" width="4" height="3"/>'


def test_pictures_are_loaded_without_a_referrer_and_on_demand_where_it_is_wanted(window: Window, mia: Creator) -> None:
    asked: list[Request] = []

    def answer(route: Route) -> None:
        asked.append(route.request)
        route.fulfill(content_type="image/svg+xml", body=PIXEL)

    page = window.page
    page.route("https://pictures.example/*", answer)
    mia.hears("Look", media=[PICTURE])
    window.open()
    window.open_conversation("Robin Weber")
    expect(window.bubble("Look").get_by_role("img", name="Picture")).to_be_visible()
    assert [request.url for request in asked] == [PICTURE]
    assert "referer" not in asked[0].headers

    page.goto(f"{mia.url}/settings")
    page.get_by_role("switch", name="Load pictures of other hosts").click()
    asked.clear()
    page.goto(f"{mia.url}/")
    window.open_conversation("Robin Weber")
    show = window.bubble("Look").get_by_role("button", name="Show picture")
    expect(show).to_be_visible()
    assert asked == []
    show.click()
    expect(window.bubble("Look").get_by_role("img", name="Picture")).to_be_visible()


def test_an_address_that_is_not_https_is_a_link(window: Window, mia: Creator) -> None:
    mia.hears("Look here", media=["http://pictures.example/set.jpg"])
    window.open()
    window.open_conversation("Robin Weber")
    link = window.bubble("Look here").get_by_role("link", name="set.jpg")
    expect(link).to_have_attribute("href", "http://pictures.example/set.jpg")
    expect(link).to_have_attribute("rel", "noreferrer noopener")
    expect(window.bubble("Look here").get_by_role("img")).to_have_count(0)
