"""The list of fans: found, ordered, found again by its address, added, changed, written to for the first time."""

from __future__ import annotations

from datetime import datetime

from playwright.sync_api import Request, Route, expect

from schema import ids
from tests.stored import fan
from tests.web.app.creator import Creator
from tests.web.app.window import Window


def test_fans_are_found_and_ordered(window: Window, mia: Creator) -> None:
    mia.fan("Alex Morgan", tags=["vip"], valueCents=42_500)
    mia.fan("Robin Weber", tags=["new"], valueCents=0)
    mia.fan("Jordan Lee", tags=["vip", "premium"], valueCents=73_250)
    window.open("/fans")
    page = window.page
    names = page.locator("tbody .fan-names b")
    expect(names).to_have_text(["Jordan Lee", "Robin Weber", "Alex Morgan"])
    page.get_by_role("button", name="Paid").click()
    expect(names).to_have_text(["Jordan Lee", "Alex Morgan", "Robin Weber"])
    page.get_by_role("button", name="Filters").click()
    page.get_by_label("Carry all of these tags").fill("vip")
    page.get_by_label("Carry all of these tags").press("Enter")
    page.get_by_label("at most").fill("500")
    expect(names).to_have_text(["Alex Morgan"])
    page.get_by_role("button", name="Clear filters").click()
    page.keyboard.press("Escape")
    page.get_by_role("searchbox", name="Search fans").fill("robin")
    expect(names).to_have_text(["Robin Weber"])


def test_back_and_reload_lead_to_where_the_list_was_left(window: Window, mia: Creator) -> None:
    home = ids.decode("CreatorAccount", mia.account_ids["Mia"])
    mia.stores(lambda owner: [fan(owner, home, name=f"Fan {number:03}") for number in range(120)])
    window.open("/fans?order=NAME&direction=ASC")
    page = window.page
    names = page.locator("tbody .fan-names b")
    last = page.get_by_text("Fan 119")
    expect(names).to_have_count(50)
    for shown in (100, 120):
        page.get_by_role("button", name="Show more").click()
        expect(names).to_have_count(shown)
    last.scroll_into_view_if_needed()
    page.get_by_role("link", name="Settings").click()
    expect(page.get_by_role("heading", name="Settings")).to_be_visible()
    for come_back in (page.go_back, page.reload):
        come_back()
        expect(names).to_have_count(120)
        expect(last).to_be_in_viewport()
    page.get_by_role("button", name="Paid").click()  # another list, of which nothing was seen
    expect(page).to_have_url(f"{mia.url}/fans?order=VALUE_CENTS")
    expect(names).to_have_count(50)
    page.go_back()
    expect(names).to_have_count(120)
    expect(page.get_by_text("Fan 000")).to_be_in_viewport()  # she had gone up to press the heading


def test_what_is_fetched_for_one_list_is_not_put_behind_another(window: Window, mia: Creator) -> None:
    home = ids.decode("CreatorAccount", mia.account_ids["Mia"])
    mia.stores(lambda owner: [fan(owner, home, name=f"Fan {number:03}") for number in range(120)])
    page = window.page
    held: list[Route] = []
    names = page.locator("tbody .fan-names b")
    window.open("/fans?order=NAME&direction=ASC")
    expect(names).to_have_count(50)
    page.route("**/graphql", lambda route: held.append(route) if _asks_for_fans(route) else route.continue_())
    with page.expect_request(_turned):
        page.get_by_role("button", name="Name").click()
    page.get_by_role("button", name="Show more").click()  # of the list that is still shown
    for route in held:
        route.continue_()
    page.unroute("**/graphql")
    expect(names).to_have_text([f"Fan {number:03}" for number in range(119, 69, -1)])


def _asks_for_fans(route: Route) -> bool:
    return "query Fans(" in (route.request.post_data or "")


def _turned(request: Request) -> bool:
    return "query Fans(" in (request.post_data or "") and '"DESC"' in (request.post_data or "")


def test_the_address_says_what_the_list_is_searched_for(window: Window, mia: Creator) -> None:
    mia.fan("Alex Morgan", tags=["vip"], valueCents=42_500)
    mia.fan("Robin Weber", tags=["vip"], valueCents=1_000)
    mia.fan("Rosa Lind", valueCents=73_250)
    window.open("/fans?search=ro&order=VALUE_CENTS&from=tomorrow")
    page = window.page
    names = page.locator("tbody .fan-names b")
    search = page.get_by_role("searchbox", name="Search fans")
    expect(names).to_have_text(["Rosa Lind", "Robin Weber"])
    expect(search).to_have_value("ro")
    page.get_by_role("button", name="Filters", exact=True).click()
    page.get_by_label("Carry all of these tags").fill("vip")
    page.get_by_label("Carry all of these tags").press("Enter")
    expect(page).to_have_url(f"{mia.url}/fans?search=ro&order=VALUE_CENTS&tag=vip")
    expect(names).to_have_text(["Robin Weber"])
    page.keyboard.press("Escape")
    page.reload()
    expect(names).to_have_text(["Robin Weber"])
    page.get_by_role("link", name="Settings").click()
    page.get_by_role("link", name="Fans").click()
    expect(page).to_have_url(f"{mia.url}/fans?search=ro&order=VALUE_CENTS&tag=vip")
    expect(names).to_have_text(["Robin Weber"])
    page.go_back()
    page.go_back()
    page.go_back()
    expect(names).to_have_text(["Rosa Lind", "Robin Weber"])
    search.fill("")
    search.press_sequentially("alex")
    expect(names).to_have_text(["Alex Morgan"])
    page.go_back()  # the letters are one step
    expect(search).to_have_value("")
    expect(names).to_have_text(["Rosa Lind", "Alex Morgan", "Robin Weber"])


def test_a_fan_is_added_and_written_to_for_the_first_time(window: Window, mia: Creator) -> None:
    window.open("/fans")
    page = window.page
    page.get_by_role("button", name="Add a fan").click()
    dialog = page.get_by_role("dialog", name="Add a fan")
    dialog.get_by_label("Name").fill("Kim Sørensen")
    dialog.get_by_label("Handle").fill("kim")
    dialog.get_by_label("E-mail").fill("not an address@")
    dialog.get_by_label("Paid so far").fill("12.50")
    dialog.get_by_role("button", name="Add", exact=True).click()
    expect(dialog).to_be_visible()
    dialog.get_by_label("E-mail").fill("kim@mail.example")
    dialog.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator("tbody .fan-names b")).to_have_text(["Kim Sørensen"])
    stored = mia.ask("{ fans { nodes { name handle email valueCents } } }")["fans"]["nodes"]
    assert stored == [{"name": "Kim Sørensen", "handle": "@kim", "email": "kim@mail.example", "valueCents": 1250}]
    page.get_by_role("button", name="Write to Kim Sørensen").click()
    page.get_by_role("dialog", name="Write to Kim Sørensen").get_by_label("Message to Kim Sørensen").fill(
        "Welcome, Kim"
    )
    page.keyboard.press("Enter")
    expect(window.bubble("Welcome, Kim")).to_have_attribute("data-status", "SENT")
    expect(page.get_by_role("log", name="Messages with Kim Sørensen")).to_be_visible()
    assert mia.arrivals() == ["Welcome, Kim"]


def test_a_first_message_that_was_refused_is_found_again(window: Window, mia: Creator) -> None:
    mia.fan("Kim Sørensen")
    window.open("/fans")
    page = window.page
    held: list[Route] = []
    page.route(
        "**/graphql",
        lambda route: (
            held.append(route) if "mutation SendMessage" in (route.request.post_data or "") else route.continue_()
        ),
    )
    page.get_by_role("button", name="Write to Kim Sørensen").click()
    dialog = page.get_by_role("dialog", name="Write to Kim Sørensen")
    dialog.get_by_label("Message to Kim Sørensen").fill("Welcome, Kim")
    page.keyboard.press("Enter")
    expect(dialog.get_by_text("Welcome, Kim")).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    error = {"__typename": "NotConnected", "code": "NOT_CONNECTED", "message": "No account.", "path": None}
    page.get_by_role("link", name="Settings").click()
    told = page.locator(".toast", has_text="Not sent to Kim Sørensen: No account.")
    expect(told).to_have_count(0)
    held[0].fulfill(json={"data": {"sendMessage": {"message": None, "errors": [error]}}})
    page.unroute_all()
    expect(told).to_be_visible()
    told.get_by_role("button", name="Open", exact=True).click()
    expect(dialog.get_by_role("alert")).to_contain_text("Not sent: No account.")
    expect(told).to_have_count(0)
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    page.reload()
    later = page.locator(".toast", has_text="Not sent: No account.")
    expect(later).to_be_visible()  # it still is not, and may have been overlooked
    later.get_by_role("button", name="Open", exact=True).click()
    dialog.get_by_role("button", name="Edit").click()
    expect(dialog.get_by_label("Message to Kim Sørensen")).to_have_value("Welcome, Kim")
    page.keyboard.press("Enter")
    expect(window.bubble("Welcome, Kim")).to_have_attribute("data-status", "SENT")


def test_a_fan_is_added_to_an_account_that_is_there_and_when_she_was_seen_is_changed(
    window: Window, mia: Creator
) -> None:
    away = mia.connect("Nora", f"{mia.account}-b")
    mia.ask("mutation ($id: ID!) { disconnectAccount(id: $id) { errors { message } } }", {"id": away})
    window.open("/fans")
    page = window.page
    page.get_by_role("button", name="Account: all. Choose another").click()
    page.get_by_role("menuitem").nth(2).click()
    page.get_by_role("button", name="Add a fan").click()
    dialog = page.get_by_role("dialog", name="Add a fan")
    dialog.get_by_label("Name").fill("Kim Sørensen")
    dialog.get_by_role("button", name="Add", exact=True).click()
    expect(dialog).to_have_count(0)
    stored = "{ fans { nodes { account { id } lastSeenAt } } }"
    assert mia.ask(stored)["fans"]["nodes"] == [{"account": {"id": mia.account_ids["Mia"]}, "lastSeenAt": None}]
    page.get_by_role("button", name="Account: ").click()
    page.get_by_role("menuitem", name="All accounts").click()
    page.get_by_role("button", name="Edit Kim Sørensen").click()
    dialog = page.get_by_role("dialog", name="Edit Kim Sørensen")
    dialog.get_by_label("Last seen").fill("2026-11-03T12:30")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)
    seen = datetime.fromisoformat(mia.ask(stored)["fans"]["nodes"][0]["lastSeenAt"])
    assert seen == datetime(2026, 11, 3, 12, 30).astimezone()
