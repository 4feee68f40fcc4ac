"""A draft is edited by two at once: what each touched is saved, and what both touched is asked about."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.web.app.creator import Creator
from tests.web.app.test_campaigns_page import stored
from tests.web.app.window import Window

CAMPAIGN = "query ($id: ID!) { campaign(id: $id) { content name priceCents scheduledAt status } }"
UPDATE = "mutation ($input: UpdateCampaignInput!) { updateCampaign(input: $input) { errors { message } } }"


def test_what_was_not_touched_stays_as_a_colleague_made_it(window: Window, mia: Creator) -> None:
    draft = stored(mia, mia.fan("Alex Morgan", platformFanId="alex"), draft=True)
    window.open(f"/campaigns/{draft}/edit")
    page = window.page
    page.get_by_label("Text", exact=True).fill("Written here")
    changed = mia.ask(UPDATE, {"input": {"id": draft, "campaignName": "Named elsewhere", "priceCents": 900}})
    assert changed["updateCampaign"]["errors"] == []
    expect(page.get_by_role("heading", name="Edit Named elsewhere")).to_be_visible()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("region", name="The message")).to_contain_text("Written here")
    there = mia.ask(CAMPAIGN, {"id": draft})["campaign"]
    assert there == {
        "content": "Written here", "name": "Named elsewhere", "priceCents": 900, "scheduledAt": None, "status": "DRAFT"
    }  # fmt: skip


def test_what_both_touched_is_asked_about(window: Window, mia: Creator) -> None:
    draft = stored(mia, mia.fan("Alex Morgan", platformFanId="alex"), draft=True)
    window.open(f"/campaigns/{draft}/edit")
    page = window.page
    page.get_by_label("Text", exact=True).fill("Written here")
    mia.ask(UPDATE, {"input": {"id": draft, "content": "Written elsewhere", "campaignName": "Changed"}})
    expect(page.get_by_role("heading", name="Edit Changed")).to_be_visible()
    page.get_by_role("button", name="Save").click()
    words = "Somebody else changed this meanwhile: Text. Save again to put yours in its place."
    expect(page.get_by_role("alert")).to_have_text(words)
    assert mia.ask(CAMPAIGN, {"id": draft})["campaign"]["content"] == "Written elsewhere"
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("region", name="The message")).to_contain_text("Written here")
    there = mia.ask(CAMPAIGN, {"id": draft})["campaign"]
    assert (there["content"], there["name"]) == ("Written here", "Changed")
