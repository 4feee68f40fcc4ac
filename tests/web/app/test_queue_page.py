"""The queue, what failed in it, and the settings beside it."""

from __future__ import annotations

from playwright.sync_api import Request, Route, expect

from tests.web.app.creator import Creator
from tests.web.app.window import Window


def test_failures_appear_by_themselves_and_are_tried_again(window: Window, mia: Creator) -> None:
    mia.hears("Hello")
    window.open("/queue")
    page = window.page
    expect(page.get_by_role("heading", name="Everything arrived")).to_be_visible()
    mia.fault("status", status=422, count=2)
    mia.cannot_tell()
    talk = mia.conversation("Robin Weber")
    for text in ("One", "Two", "Three"):
        mia.sends(conversationId=talk, text=text)
    failures = page.get_by_role("region", name="Not sent, or not known")
    expect(failures.get_by_role("listitem")).to_have_count(3)
    expect(failures.get_by_text("May have arrived")).to_have_count(1)
    failures.get_by_role("button", name="Try all failed again (2)").click()
    # The first is sent now, nobody can tell of it either, and it holds back the second.
    expect(failures.get_by_text("May have arrived")).to_have_count(2)
    page.get_by_role("button", name="Send again…: message to Robin Weber").first.click()
    expect(page.get_by_role("alertdialog")).to_contain_text("the fan gets it twice")
    mia.mend()
    page.get_by_role("button", name="Send, even if it arrives twice").click()
    # The other two are proven by their own repeats.
    expect(page.get_by_role("heading", name="Everything arrived")).to_be_visible(timeout=90_000)
    talked = {each["text"]: each["status"] for each in mia.settled("Robin Weber")}
    assert talked == {"Hello": "RECEIVED", "One": "SENT", "Two": "SENT", "Three": "SENT"}
    # The platform knows the key of the unknown one again: here it did not arrive twice.
    assert sorted(mia.arrivals()) == ["One", "Three", "Two"]
    parts = page.get_by_role("region", name="Parts of the product")
    expect(parts.get_by_role("listitem")).to_have_count(4)
    expect(parts.get_by_text("Well", exact=True)).to_have_count(4)


def test_what_failed_stays_listed_however_it_is_looked_at(window: Window, mia: Creator) -> None:
    mia.hears("Hello")
    mia.fault("status", status=422)
    mia.sends(conversationId=mia.conversation("Robin Weber"), text="One")
    mia.settled("Robin Weber")
    mia.connect("Nora", account=f"{mia.account}_nora")
    page = window.page
    page.route("**/graphql", _without_health)
    window.open("/queue")
    failures = page.get_by_role("region", name="Not sent, or not known")
    expect(failures.get_by_role("listitem")).to_have_count(1)
    expect(page.get_by_role("region", name="Parts of the product").get_by_role("alert")).to_contain_text("Try again")
    figures = page.get_by_role("region", name="The queue in figures")
    expect(figures).not_to_contain_text("Of all accounts")
    page.context.set_offline(True)
    expect(page.get_by_text("No connection. What happens meanwhile")).to_be_visible()
    mia.lose_the_sequence()
    with page.expect_request(_asks_for_failures):  # everything that is held is forgotten, and fetched again
        page.context.set_offline(False)
    expect(failures.get_by_role("listitem")).to_have_count(1)
    window.look_at(2)
    expect(failures.get_by_role("heading", name="Everything arrived")).to_be_visible()
    expect(figures).to_contain_text("Of all accounts")
    window.look_at(1)
    expect(failures.get_by_role("listitem")).to_contain_text(["Not sent: "])


def _asks_for_failures(request: Request) -> bool:
    return "query FailedMessages(" in (request.post_data or "")


def _without_health(route: Route) -> None:
    if "query SystemHealth" in (route.request.post_data or ""):
        route.fulfill(status=503, body="")
    else:
        route.continue_()


def test_accounts_that_cannot_be_counted_are_said_to_be_and_are_asked_for_again(window: Window, mia: Creator) -> None:
    page = window.page
    page.route("**/graphql", _without_backlogs)
    window.open("/queue")
    accounts = page.get_by_role("region", name="By account")
    trouble = accounts.get_by_role("alert")
    expect(trouble).to_contain_text("The server cannot be reached. Check your connection.")
    expect(accounts.get_by_role("listitem")).to_have_count(0)
    expect(page.get_by_role("heading", name="Everything arrived")).to_be_visible()  # the rest of the page goes on
    page.unroute("**/graphql")
    trouble.get_by_role("button", name="Try again").click()
    expect(accounts.get_by_role("listitem")).to_contain_text(["0 waiting"])
    expect(trouble).to_have_count(0)
    # What was counted before is not shown as if it still held.
    page.route("**/graphql", _without_backlogs)
    mia.hears("Hello")
    mia.sends(conversationId=mia.conversation("Robin Weber"), text="One")
    expect(trouble).to_be_visible()
    expect(accounts.get_by_role("listitem")).to_have_count(0)


def _without_backlogs(route: Route) -> None:
    if "query AccountBacklogs" in (route.request.post_data or ""):
        route.abort()
    else:
        route.continue_()


def test_accounts_are_connected_and_disconnected(window: Window, mia: Creator) -> None:
    window.open("/settings")
    page = window.page
    accounts = page.get_by_role("region", name="Creator accounts")
    page.get_by_role("button", name="Connect an account").click()
    dialog = page.get_by_role("dialog", name="Connect an account")
    dialog.get_by_label("Platform").select_option("SANDBOX")
    dialog.get_by_label("Account id").fill(mia.account)
    dialog.get_by_label("Key", exact=True).fill("a wrong key")
    dialog.get_by_role("button", name="Connect").click()
    expect(dialog.get_by_role("alert")).not_to_be_empty()
    dialog.get_by_label("Key", exact=True).fill(f"key-{mia.account}")
    dialog.get_by_label("Name").fill("Mia again")
    dialog.get_by_role("button", name="Connect").click()
    expect(dialog).to_have_count(0)
    expect(accounts.get_by_role("listitem")).to_contain_text("Mia again")
    page.get_by_role("button", name="Disconnect Mia again").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Disconnect").click()
    expect(accounts.get_by_role("listitem")).to_contain_text("Disconnected")
    stored = mia.ask("{ viewer { accounts { status displayName } } }")["viewer"]["accounts"]
    assert stored == [{"status": "DISCONNECTED", "displayName": "Mia again"}]
