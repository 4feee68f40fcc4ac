"""axe finds nothing on any page, light and dark: contrast, names, roles, order of headings."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.flows.background import RunningApi
from tests.sources import ROOT
from tests.web.app.creator import Creator
from tests.web.app.scene import build
from tests.web.app.window import Window

AXE = (ROOT / "web" / "app" / "node_modules" / "axe-core" / "axe.min.js").read_text
RUN = """async () => { const found = await axe.run(document, { resultTypes: ['violations'] });
  return found.violations.map(({ id, impact, nodes }) => [id, impact, nodes.slice(0, 3).map((each) => each.html)]); }"""
PAGES = {
    "/": "Inbox",
    "/fans": "Fans",
    "/fans/import": "Import fans",
    "/campaigns": "Campaigns",
    "/campaigns/new": "New campaign",
    "/analytics": "Analytics",
    "/queue": "Queue",
    "/settings": "Settings",
}


@pytest.fixture(scope="module")
def scene(running_api: RunningApi) -> Creator:
    """A creator with everything to look at."""
    creator = Creator(running_api, "scene-accessibility")
    creator.connect("Mia")
    running_api.do(build(creator))
    return creator


@pytest.fixture(scope="module", params=["light", "dark"])
def page(request: pytest.FixtureRequest, browser: Browser, scene: Creator) -> Any:
    """One window for all pages of one appearance; scripts of the test are let past the policy, the page's are not."""
    with browser.new_context(
        viewport={"width": 1360, "height": 900}, color_scheme=request.param, reduced_motion="reduce", bypass_csp=True
    ) as context:
        window = Window(context.new_page(), scene)
        window.open()
        yield window.page


def violations(page: Page) -> list[Any]:
    page.evaluate(AXE())
    found: list[Any] = page.evaluate(RUN)
    return found


@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing(page: Page, scene: Creator, path: str) -> None:
    page.goto(f"{scene.url}{path}")
    expect(page.get_by_role("heading", level=1, name=PAGES[path])).to_be_visible()
    expect(page.get_by_role("status").filter(has=page.locator(".bone"))).to_have_count(0)
    assert violations(page) == []


def test_axe_finds_nothing_in_a_conversation_and_its_dialogs(page: Page, scene: Creator) -> None:
    page.goto(f"{scene.url}/")
    page.get_by_role("region", name="Conversations").get_by_role("link").filter(has_text="Alex Morgan").click()
    expect(page.get_by_role("log")).to_have_attribute("aria-busy", "false")
    assert violations(page) == []
    page.get_by_role("button", name="Filters, 0 in use").click()
    expect(page.get_by_role("dialog", name="Filters")).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.get_by_role("button", name="More about this fan").click()
    page.get_by_role("menuitem", name="Edit…").click()
    expect(page.get_by_role("dialog", name="Edit Alex Morgan")).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("Escape")
