"""A campaign from its audience to the last message, paused and resumed on the way; numbers that do not lie."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from urllib.parse import quote

from playwright.sync_api import Route, expect

from tests.web.app.creator import Creator
from tests.web.app.window import Window

BULK = """mutation ($input: SendBulkMessageInput!) {
  sendBulkMessage(input: $input) { campaign { id } errors { message } } }"""
DISCONNECT = "mutation ($id: ID!) { disconnectAccount(id: $id) { account { status } } }"
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


def stored(creator: Creator, fan: str, account: str = "Mia", **fields: object) -> str:
    """A campaign to one fan by the API; gives its id."""
    message = {"type": "BULK_MESSAGE", "campaignName": f"{account}'s set", "content": "Hello"}
    whom = {"accountId": creator.account_ids[account], "recipientIds": [fan]}
    made = creator.ask(BULK, {"input": message | whom | fields})["sendBulkMessage"]
    assert made["errors"] == []
    return str(made["campaign"]["id"])


def test_a_campaign_is_tried_sent_paused_and_resumed(window: Window, mia: Creator) -> None:
    names = audience(mia, 40)
    window.open("/campaigns")
    page = window.page
    write_campaign(window, 40)
    trial = page.get_by_role("region", name="What will happen")
    expect(trial).to_contain_text("Done about")
    assert mia.ask("{ campaigns { nodes { id } } }")["campaigns"]["nodes"] == []  # nothing is stored by looking
    page.get_by_label("Name, for yourself").fill("Summer set")
    page.get_by_role("button", name="Send to 40 fans").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Send", exact=True).click()

    expect(page.get_by_role("heading", name="Summer set")).to_be_visible()
    progress = page.get_by_role("region", name="Progress")
    expect(progress.locator(".figure")).to_have_text(re.compile(r"^[1-9]\d* of 40 fans$"))
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("status").filter(has_text="Paused")).to_be_visible()
    paused = mia.campaign_at_rest()
    assert paused["status"] == "PAUSED"
    sent = paused["metrics"]["sent"]
    assert 0 < sent < 40
    assert len(mia.arrivals()) == sent
    expect(progress.locator(".figure")).to_have_text(f"{sent} of 40 fans")
    expect(progress).to_contain_text(f"{40 - sent} wait until you go on")

    page.get_by_role("button", name="Go on").click()
    expect(progress.locator(".figure")).to_have_text("40 of 40 fans", timeout=60_000)
    expect(page.get_by_role("status").filter(has_text="Done")).to_be_visible()
    assert sorted(mia.arrivals()) == [WORDS.replace("{name}", name) for name in names]
    page.get_by_label("Sent", exact=True).check()
    expect(page.get_by_role("region", name="Recipients").get_by_role("listitem")).to_have_count(40)


def test_a_campaign_is_cancelled_and_what_was_not_sent_is_taken_back(window: Window, mia: Creator) -> None:
    audience(mia, 60)
    mia.fault("status", status=422)
    window.open("/campaigns")
    page = window.page
    write_campaign(window, 60)
    page.get_by_role("button", name="Send to 60 fans").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Send", exact=True).click()
    progress = page.get_by_role("region", name="Progress")
    expect(progress.locator(".figure")).to_have_text(re.compile(r"^[1-9]\d* of 60 fans$"))
    again = page.get_by_role("button", name="Try 1 failed again")
    expect(again).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Cancel the campaign").click()
    expect(page.get_by_role("status").filter(has_text="Cancelled")).to_be_visible()
    expect(again).to_have_count(0)
    at_rest = mia.campaign_at_rest()
    numbers = at_rest["metrics"]
    assert (at_rest["status"], numbers["failed"]) == ("CANCELLED", 1)
    assert numbers["sent"] + numbers["cancelled"] == 59
    assert len(mia.arrivals()) == numbers["sent"]
    expect(page.get_by_role("region", name="Progress")).to_contain_text(f"{numbers['cancelled']} taken back")
    recipients = page.get_by_role("region", name="Recipients").get_by_role("listitem")
    page.get_by_label("Taken back", exact=True).check()
    expect(recipients).to_have_count(numbers["cancelled"])
    page.get_by_label("Waiting", exact=True).check()
    expect(recipients).to_have_count(0)
    page.get_by_role("link", name="All campaigns").click()
    page.get_by_label("Cancelled", exact=True).check()
    expect(page.locator(".campaign")).to_have_count(1)


def test_recipients_that_could_not_be_fetched_are_asked_for_again(window: Window, mia: Creator) -> None:
    identity = mia.fan("Alex Morgan", platformFanId="alex")
    sent, draft = stored(mia, identity), stored(mia, identity, draft=True)
    page = window.page
    for identifier, name in ((sent, "Recipients"), (draft, "Audience")):
        page.route("**/graphql", _without_recipients)
        window.open(f"/campaigns/{identifier}")
        recipients = page.get_by_role("region", name=name)
        expect(recipients.get_by_role("alert")).to_contain_text("Try again")
        expect(recipients).not_to_contain_text("0 fans")
        page.unroute("**/graphql")
        recipients.get_by_role("button", name="Try again").click()
        expect(recipients.get_by_role("listitem")).to_contain_text(["Alex Morgan"])


def _without_recipients(route: Route) -> None:
    if re.search("query Campaign(Messages|Audience)", route.request.post_data or ""):
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


def test_a_draft_is_given_a_time_and_scheduled(window: Window, mia: Creator) -> None:
    identifier = stored(mia, mia.fan("Alex Morgan", platformFanId="alex"), draft=True)
    window.open(f"/campaigns/{identifier}/edit")
    page = window.page
    expect(page.get_by_text("Empty: when you start it.")).to_be_visible()
    page.get_by_label("When", exact=True).fill(f"{datetime.now() + timedelta(days=1):%Y-%m-%d}T12:05")  # noqa: DTZ005 - as the browser's clock
    page.get_by_role("button", name="Save").click()
    progress = page.get_by_role("region", name="Progress")
    expect(progress).to_contain_text("Meant for tomorrow 12:05. Nothing is sent until you schedule or start it.")
    page.get_by_role("button", name="Schedule for tomorrow 12:05").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Schedule").click()
    expect(page.get_by_role("status").filter(has_text="Scheduled")).to_be_visible()
    expect(progress).to_contain_text("Starts by itself tomorrow 12:05")
    assert mia.campaign_at_rest()["status"] == "SCHEDULED"
    assert mia.arrivals() == []

    mia.miss_the_schedule()
    page.reload()
    expect(progress).to_contain_text("has passed. Set another one by Edit, or start it now.")
    expect(page.get_by_role("button", name="Schedule for")).to_have_count(0)
    page.get_by_role("link", name="Edit").click()
    page.get_by_label("Text", exact=True).fill("Hello again")  # what has passed hinders no other change
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("region", name="The message")).to_contain_text("Hello again")


def test_one_account_has_its_own_list_however_many_another_has(window: Window, mia: Creator) -> None:
    stored(mia, mia.fan("Alex Morgan"), draft=True)
    mia.connect("Nora", account=f"{mia.account}_nora")
    other = mia.fan("Robin Weber", accountId=mia.account_ids["Nora"])
    for _ in range(31):
        stored(mia, other, account="Nora", draft=True)
    page = window.page
    held: list[Route] = []
    page.route("**/graphql", lambda route: held.append(route) if _asks_for_all(route) else route.continue_())
    window.open("/campaigns")
    shown = page.locator(".campaign")
    window.look_at(1)
    expect(shown).to_have_text([re.compile("Mia's set")])
    for route in held:  # what was asked before comes late, and changes nothing
        with page.expect_response(lambda response: "query Campaigns(" in (response.request.post_data or "")):
            route.continue_()
    expect(shown).to_have_text([re.compile("Mia's set")])
    page.unroute("**/graphql")
    window.look_at(2)
    expect(shown).to_have_count(30)
    page.get_by_role("button", name="Show more").click()
    expect(shown).to_have_count(31)
    expect(page.get_by_role("button", name="Show more")).to_have_count(0)


def _asks_for_all(route: Route) -> bool:
    asked = route.request.post_data or ""
    return "query Campaigns(" in asked and '"accountIds":null' in asked


def test_back_leads_to_the_campaigns_that_were_looked_at(window: Window, mia: Creator) -> None:
    whom = mia.fan("Alex Morgan", platformFanId="alex")
    draft = stored(mia, whom, campaignName="Kept for later", draft=True)
    stored(mia, whom)
    window.open("/campaigns")
    page = window.page
    shown = page.locator(".campaign")
    expect(shown).to_have_count(2)
    page.get_by_label("Drafts", exact=True).check()
    expect(page).to_have_url(f"{mia.url}/campaigns?status=DRAFT")
    expect(shown).to_have_text([re.compile("Kept for later")])
    shown.click()
    expect(page).to_have_url(f"{mia.url}/campaigns/{quote(draft, safe='')}")
    page.go_back()
    expect(page.get_by_label("Drafts", exact=True)).to_be_checked()
    expect(shown).to_have_text([re.compile("Kept for later")])
    window.open("/campaigns?status=NONSENSE")
    expect(page.get_by_label("All", exact=True)).to_be_checked()
    expect(shown).to_have_count(2)


def test_what_is_not_there_is_said(window: Window, mia: Creator) -> None:
    window.open("/campaigns/nothing/edit")
    expect(window.page.get_by_role("heading", name="There is no such campaign")).to_be_visible()
    mia.ask(DISCONNECT, {"id": mia.account_ids["Mia"]})
    window.open("/campaigns/new")
    expect(window.page.get_by_role("heading", name="No account is connected")).to_be_visible()
    window.page.get_by_role("main").get_by_role("link", name="settings").click()
    expect(window.page.get_by_role("heading", name="Settings")).to_be_visible()
