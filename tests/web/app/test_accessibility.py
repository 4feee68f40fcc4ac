"""axe finds nothing on any page, light and dark, wide and as a phone: contrast, names, roles, order of headings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from db.models import CampaignRecipient, CreatorAccount
from schema import ids
from tests.flows.background import RunningApi
from tests.flows.graphql_client import token_for
from tests.sources import ROOT
from tests.stored import campaign, conversation, fan, message
from tests.web.app.creator import Creator
from tests.web.app.scene import build
from tests.web.app.test_campaigns_page import stored
from tests.web.app.test_import_page import FILE, choose
from tests.web.app.window import Window

AXE = (ROOT / "web" / "app" / "node_modules" / "axe-core" / "axe.min.js").read_text
RUN = """async () => { await Promise.allSettled(document.getAnimations().map(({ finished }) => finished));
  const found = await axe.run(document, { resultTypes: ['violations'] });
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
WIDE: ViewportSize = {"width": 1360, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}
ENDS = ("SENT", "DELIVERED", "FAILED", "UNKNOWN", "QUEUED", "CANCELLED")


@pytest.fixture(scope="module")
def scene(running_api: RunningApi) -> Creator:
    """A creator with everything to look at."""
    creator = Creator(running_api, "scene-accessibility")
    creator.connect("Mia")
    running_api.do(build(creator))
    return creator


@pytest.fixture(scope="module")
def campaigns(scene: Creator) -> dict[str, str]:
    """By address, the headings of pages of campaigns: a draft, and one that has stopped with messages of all ends."""
    stored(scene, scene.fan_id("Alex Morgan"), draft=True, campaignName="Draft")
    home = ids.decode("CreatorAccount", scene.account_ids["Mia"])
    scene.stores(lambda owner: _stopped(CreatorAccount(user_id=owner, id=home)))
    nodes = scene.ask("{ campaigns { nodes { id name } } }")["campaigns"]["nodes"]
    paths = {each["name"]: f"/campaigns/{each['id']}" for each in nodes}
    return {paths["Stopped"]: "Stopped", paths["Draft"]: "Draft", f"{paths['Draft']}/edit": "Edit Draft"}


def _stopped(home: CreatorAccount) -> list[Any]:
    why = "Paused by itself: the last 20 messages failed. The last one: You may not write to fans"
    made = campaign(home, name="Stopped", status="PAUSED", status_detail=why)
    rows: list[Any] = [made]
    for position, status in enumerate(ENDS):
        reader = fan(home.user_id, home.id, name=f"Reader {position}")
        talk = conversation(reader)
        of_it = {"user_id": home.user_id, "campaign_id": made.id}
        recipient = CampaignRecipient(**of_it, fan_id=reader.id, position=position)
        rows += [reader, talk, recipient, message(talk, campaign_id=made.id, origin="CAMPAIGN", status=status)]
    return rows


@pytest.fixture(scope="module", params=["light", "dark"])
def page(request: pytest.FixtureRequest, browser: Browser, scene: Creator) -> Any:
    """One window for all pages of one appearance; scripts of the test are let past the policy, the page's are not."""
    with browser.new_context(
        viewport=WIDE, color_scheme=request.param, reduced_motion="reduce", bypass_csp=True
    ) as context:
        window = Window(context.new_page(), scene)
        window.open()
        yield window.page


def violations(page: Page) -> list[Any]:
    """What axe has to say of what is shown now, on a phone and then as wide as it was."""
    page.evaluate(AXE())
    found: list[Any] = []
    for size in (PHONE, WIDE):
        page.set_viewport_size(size)
        found += page.evaluate(RUN)
    return found


def look_at(page: Page, scene: Creator, path: str, heading: str) -> None:
    page.mouse.move(0, 0)
    page.goto(f"{scene.url}{path}")
    expect(page.get_by_role("heading", level=1, name=heading)).to_be_visible()
    expect(page.get_by_role("status").filter(has=page.locator(".bone"))).to_have_count(0)
    assert violations(page) == [], path


@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing(page: Page, scene: Creator, path: str) -> None:
    look_at(page, scene, path, PAGES[path])


def test_axe_finds_nothing_in_campaigns(page: Page, scene: Creator, campaigns: dict[str, str]) -> None:
    for path, heading in campaigns.items():
        look_at(page, scene, path, heading)


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
    page.get_by_role("button", name="More about this fan").click()
    page.get_by_role("menuitem", name="Delete…").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Delete").hover()
    assert violations(page) == []
    page.keyboard.press("Escape")


def test_axe_finds_nothing_from_a_file_to_what_it_would_do(page: Page, scene: Creator, tmp_path: Path) -> None:
    look_at(page, scene, "/fans/import", "Import fans")
    choose(page, tmp_path, "fans.csv", FILE)
    expect(page.locator(".columns .pill.good")).to_have_count(6)
    assert violations(page) == []
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_role("region", name="Rows with errors")).to_be_visible()
    assert violations(page) == []


def test_axe_finds_nothing_where_one_signs_in(page: Page, scene: Creator) -> None:
    stranger = page.context.new_page()
    stranger.goto(f"{scene.url}/settings")
    door = stranger.get_by_role("alertdialog", name="Huntaze CRM")
    for token in ("no token", scene.token()):
        door.get_by_role("button", name="Sign in").hover()
        assert violations(stranger) == []
        door.get_by_label("Token").fill(token)
        door.get_by_role("button", name="Sign in").click()
    stranger.get_by_label("Another token").fill(
        token_for("a secret of another server, as long as it has to be", scene.subject)
    )
    stranger.get_by_role("button", name="Use it").click()
    expect(stranger.get_by_role("alertdialog", name="Sign in again")).to_be_visible()
    assert violations(stranger) == []
    stranger.close()
