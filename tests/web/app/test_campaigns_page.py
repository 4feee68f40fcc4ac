"""A campaign from its audience to the last message, paused and resumed on the way; numbers that do not lie."""

from __future__ import annotations

import re

from playwright.sync_api import Route, expect

from tests.web.app.creator import Creator
from tests.web.app.window import Window

BULK = """mutation ($input: SendBulkMessageInput!) {
  sendBulkMessage(input: $input) { campaign { id } errors { message } } }"""
WORDS = "Hi {name}, the new set is here."


def audience(mia: Creator, count: int) -> list[str]:
    """So many fans with a tag, and one without; gives the names of the former."""
    names = [f"Fan{number:02} Weber" for number in range(count)]
    for name in names:
        mia.fan(name, tags=["vip"], valueCents=100)
    mia.fan("Somebody Else", tags=["new"], valueCents=100)
    return names


def write_campaign(window: Window, count: int) -> None:
    """Audience by a tag, with the count; the text; then what would happen."""
    page = window.page
    page.get_by_role("link", name="New campaign").click()
    page.get_by_role("button", name="Filters").click()
    page.get_by_label("Carry all of these tags").fill("vip")
    page.get_by_label("Carry all of these tags").press("Enter")
    page.keyboard.press("Escape")
    expect(page.get_by_role("region", name="Whom").locator("p[role=status]")).to_have_text(f"{count} fans")
    page.get_by_label("Text", exact=True).fill(WORDS)
    trial = page.get_by_role("region", name="What will happen")
    expect(trial).to_contain_text(re.compile(r"Hi Fan\d\d Weber, the new set"))


def test_a_campaign_is_tried_sent_paused_and_resumed(window: Window, mia: Creator) -> None:
    names = audience(mia, 24)
    window.open("/campaigns")
    page = window.page
    write_campaign(window, 24)
    trial = page.get_by_role("region", name="What will happen")
    expect(trial).to_contain_text("Done about")
    assert mia.ask("{ campaigns { nodes { id } } }")["campaigns"]["nodes"] == []  # nothing is stored by looking
    page.get_by_label("Name, for yourself").fill("Summer set")
    page.get_by_role("button", name="Send to 24 fans").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Send", exact=True).click()

    expect(page.get_by_role("heading", name="Summer set")).to_be_visible()
    progress = page.get_by_role("region", name="Progress")
    expect(progress.locator(".figure")).to_have_text(re.compile(r"^[1-9]\d* of 24 fans$"))
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("status").filter(has_text="Paused")).to_be_visible()
    paused = mia.campaign_at_rest()
    assert paused["status"] == "PAUSED"
    sent = paused["metrics"]["sent"]
    assert 0 < sent < 24
    assert len(mia.arrivals()) == sent
    expect(progress.locator(".figure")).to_have_text(f"{sent} of 24 fans")
    expect(progress).to_contain_text(f"{24 - sent} wait until you go on")

    page.get_by_role("button", name="Go on").click()
    expect(progress.locator(".figure")).to_have_text("24 of 24 fans", timeout=60_000)
    expect(page.get_by_role("status").filter(has_text="Done")).to_be_visible()
    assert sorted(mia.arrivals()) == [WORDS.replace("{name}", name) for name in names]
    page.get_by_label("Sent", exact=True).check()
    expect(page.get_by_role("region", name="Recipients").get_by_role("listitem")).to_have_count(24)


def test_a_campaign_is_cancelled_and_what_was_not_sent_is_taken_back(window: Window, mia: Creator) -> None:
    audience(mia, 20)
    window.open("/campaigns")
    page = window.page
    write_campaign(window, 20)
    page.get_by_role("button", name="Send to 20 fans").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Send", exact=True).click()
    progress = page.get_by_role("region", name="Progress")
    expect(progress.locator(".figure")).to_have_text(re.compile(r"^[1-9]\d* of 20 fans$"))
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Cancel the campaign").click()
    expect(page.get_by_role("status").filter(has_text="Cancelled")).to_be_visible()
    at_rest = mia.campaign_at_rest()
    numbers = at_rest["metrics"]
    assert (at_rest["status"], numbers["sent"] + numbers["cancelled"]) == ("CANCELLED", 20)
    assert len(mia.arrivals()) == numbers["sent"]
    expect(page.get_by_role("region", name="Progress")).to_contain_text(f"{numbers['cancelled']} taken back")


def test_recipients_that_could_not_be_fetched_are_asked_for_again(window: Window, mia: Creator) -> None:
    identity = mia.fan("Alex Morgan", platformFanId="alex")
    given = {"type": "BULK_MESSAGE", "accountId": mia.account_ids["Mia"], "recipientIds": [identity]}
    made = mia.ask(BULK, {"input": given | {"campaignName": "Small set", "content": "Hello"}})["sendBulkMessage"]
    assert made["errors"] == []
    assert mia.campaign_at_rest()["metrics"]["sent"] == 1
    page = window.page
    page.route("**/graphql", _without_recipients)
    window.open(f"/campaigns/{made['campaign']['id']}")
    recipients = page.get_by_role("region", name="Recipients")
    expect(recipients.get_by_role("alert")).to_contain_text("Try again")
    page.unroute("**/graphql")
    recipients.get_by_role("button", name="Try again").click()
    expect(recipients.get_by_role("listitem")).to_contain_text(["Alex Morgan"])


def _without_recipients(route: Route) -> None:
    if "query CampaignMessages" in (route.request.post_data or ""):
        route.fulfill(status=503, body="")
    else:
        route.continue_()


def test_a_draft_is_kept_changed_and_started(window: Window, mia: Creator) -> None:
    audience(mia, 2)
    window.open("/campaigns")
    page = window.page
    write_campaign(window, 2)
    page.get_by_role("button", name="See the list, leave some out").click()
    page.get_by_role("checkbox", name="Fan01 Weber").uncheck()
    expect(page.get_by_role("region", name="Whom").locator("p[role=status]")).to_have_text("1 fan")
    expect(page.get_by_role("button", name="Send to 1 fan")).to_be_enabled()
    page.get_by_role("button", name="Keep as a draft").click()
    expect(page.get_by_text("Nothing is sent until you start it.")).to_be_visible()
    expect(page.get_by_role("region", name="Audience").get_by_role("listitem")).to_have_text(re.compile("Fan00 Weber"))
    assert mia.arrivals() == []
    page.get_by_role("link", name="Edit").click()
    page.get_by_label("Text", exact=True).fill("Hi {name}, it is ready.")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Start now").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Start").click()
    expect(page.get_by_role("region", name="Progress").locator(".figure")).to_have_text("1 of 1 fan")
    assert mia.arrivals() == ["Hi Fan00 Weber, it is ready."]
