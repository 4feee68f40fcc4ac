"""Who wants less motion sees none, whatever is opened."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.web.app.creator import Creator
from tests.web.app.window import Window

LONGEST_MS = """() => Math.max(0, ...document.getAnimations().map((each) => {
  const { duration, iterations } = each.effect.getComputedTiming(); return Math.min(duration * iterations, 1e9); }))"""
BLINK_MS = 1


@pytest.fixture(params=["reduce", "no-preference"])
def still(request: pytest.FixtureRequest, browser: Browser, mia: Creator) -> Iterator[tuple[Window, bool]]:
    """A window, and whether nothing may move in it. What begins to move there never ends, so that it can be seen."""
    with browser.new_context(viewport={"width": 1360, "height": 860}, reduced_motion=request.param) as context:
        window = Window(context.new_page(), mia)
        context.new_cdp_session(window.page).send("Animation.setPlaybackRate", {"playbackRate": 0})
        yield window, request.param == "reduce"
        window.demand_no_faults()


def _look(page: Page, *, still: bool) -> None:
    expect(page.locator("[data-starting-style]")).to_have_count(0)
    longest = page.evaluate(LONGEST_MS)
    assert (longest <= BLINK_MS) is still, f"{longest} ms"


def test_nothing_moves_where_less_motion_is_wanted(still: tuple[Window, bool], mia: Creator) -> None:
    window, wanted = still
    mia.hears("Hello")
    held: list[Route] = []
    page = window.page
    page.route("**/graphql", lambda route: held.append(route) if _asks(route) else route.continue_())
    window.open()
    expect(page.get_by_role("status", name="Conversations are being fetched")).to_be_visible()
    _look(page, still=wanted)
    for route in held:
        route.continue_()
    page.unroute("**/graphql")
    window.open_conversation("Robin Weber")
    page.get_by_role("button", name="More about this fan").click()
    choice = page.get_by_role("menuitem", name="Delete…")
    expect(choice).to_be_visible()
    _look(page, still=wanted)
    choice.click()
    expect(page.get_by_role("alertdialog", name="Delete Robin Weber?")).to_be_visible()
    _look(page, still=wanted)


def _asks(route: Route) -> bool:
    return "query Conversations(" in (route.request.post_data or "")
