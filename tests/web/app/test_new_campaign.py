"""A new campaign is made once, whatever happens to the answer, to the page and to whoever wrote it."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Route, expect

from tests.web.app.creator import Creator
from tests.web.app.window import Window

CAMPAIGNS = "{ campaigns { nodes { id status name } } }"
INTERNAL = {"data": None, "errors": [{"message": "Internal error.", "extensions": {"code": "INTERNAL"}}]}
MAKES = '"dryRun":false'


def lost(route: Route) -> None:
    """The server has done it, the browser is not told."""
    route.fetch()
    route.abort()


def fails(route: Route) -> None:
    """The server has done it, and says that it failed."""
    route.fetch()
    route.fulfill(status=200, content_type="application/json", body=json.dumps(INTERNAL))


class Road:
    """The way of new campaigns to the server. Until it is mended every answer is treated alike."""

    def __init__(self, window: Window, answer: Callable[[Route], None]) -> None:
        self._window = window
        self._answer = answer
        self.keys: list[str] = []
        window.page.route("**/graphql", self._meet)

    def _meet(self, route: Route) -> None:
        asked = route.request.post_data or ""
        if "mutation SendBulkMessage" not in asked or MAKES not in asked:
            return route.continue_()
        self.keys.append(json.loads(asked)["variables"]["input"]["idempotencyKey"])
        return self._answer(route)

    def mend(self) -> None:
        self._answer = lambda route: route.continue_()


@pytest.fixture
def card(window: Window, mia: Creator) -> Locator:
    """The card with the buttons of a campaign that is written and could be made."""
    mia.fan("Alex Morgan", platformFanId="alex")
    window.open("/campaigns/new")
    window.page.get_by_label("Text", exact=True).fill("The new set is here.")
    found = window.page.get_by_role("region", name="What will happen")
    expect(found.get_by_role("button", name="Send to 1 fan")).to_be_enabled()
    return found


def test_sent_before_a_reload_it_is_made_once_after_it(window: Window, mia: Creator, card: Locator) -> None:
    road = Road(window, lost)
    card.get_by_role("button", name="Send to 1 fan").click()
    window.page.get_by_role("alertdialog").get_by_role("button", name="Send", exact=True).click()
    expect(card).to_contain_text("It is repeated until there is an answer, and made only once.")
    expect(window.page.get_by_label("Text", exact=True)).to_be_disabled()
    window.page.reload()
    expect(card).to_contain_text("It is repeated until there is an answer, and made only once.")
    expect(card.get_by_role("button", name="Send to 1 fan")).to_be_disabled()
    road.mend()

    expect(window.page.get_by_role("region", name="Progress").locator(".figure")).to_have_text("1 of 1 fan")
    assert len(road.keys) >= 2
    assert len(set(road.keys)) == 1
    assert len(mia.ask(CAMPAIGNS)["campaigns"]["nodes"]) == 1
    assert mia.arrivals() == ["The new set is here."]
    window.open("/campaigns/new")
    expect(window.page.get_by_label("Text", exact=True)).to_have_value("")
    expect(window.page.get_by_label("Text", exact=True)).to_be_enabled()


def test_where_the_server_failed_it_is_unknown_and_trying_again_finds_it(
    window: Window, mia: Creator, card: Locator
) -> None:
    road = Road(window, fails)
    card.get_by_role("button", name="Keep as a draft").click()
    expect(card.get_by_role("alert")).to_contain_text("It is not known whether the campaign was made.")
    expect(card.get_by_role("button", name="Send to 1 fan")).to_have_count(0)
    card.get_by_role("button", name="Try again").click()
    expect(card.get_by_role("alert")).to_contain_text("It is not known whether the campaign was made.")
    road.mend()
    card.get_by_role("button", name="Try again").click()

    expect(window.page.get_by_text("Nothing is sent until you start it.")).to_be_visible()
    assert len(road.keys) == 3
    assert len(set(road.keys)) == 1
    assert [each["status"] for each in mia.ask(CAMPAIGNS)["campaigns"]["nodes"]] == ["DRAFT"]
    assert mia.arrivals() == []


def test_given_up_it_can_be_changed_and_is_another_one(window: Window, mia: Creator, card: Locator) -> None:
    road = Road(window, fails)
    card.get_by_role("button", name="Keep as a draft").click()
    card.get_by_role("button", name="Give it up").click()
    question = window.page.get_by_role("alertdialog")
    expect(question).to_contain_text("It may have been made: look among the campaigns before you send it again.")
    question.get_by_role("button", name="Give it up").click()
    road.mend()
    window.page.get_by_label("Text", exact=True).fill("Another one.")
    card.get_by_role("button", name="Keep as a draft").click()

    expect(window.page.get_by_role("heading", name="Another one.")).to_be_visible()
    assert len(set(road.keys)) == 2
    names = [each["name"] for each in mia.ask(CAMPAIGNS)["campaigns"]["nodes"]]
    assert names == ["Another one.", "The new set is here."]


def test_who_went_elsewhere_is_told_and_not_led_away(window: Window, mia: Creator, card: Locator) -> None:
    road = Road(window, lost)
    card.get_by_role("button", name="Keep as a draft").click()
    expect(card).to_contain_text("It is repeated until there is an answer")
    window.page.get_by_role("navigation", name="Pages").get_by_role("link", name="Fans").click()
    expect(window.page.get_by_role("heading", name="Fans")).to_be_visible()
    road.mend()

    toast = window.page.locator(".toast").filter(has_text="The new set is here. is made.")
    expect(toast).to_be_visible()
    expect(window.page).to_have_url(f"{mia.url}/fans")
    toast.get_by_role("button", name="Open").click()
    expect(window.page.get_by_text("Nothing is sent until you start it.")).to_be_visible()
    assert len(mia.ask(CAMPAIGNS)["campaigns"]["nodes"]) == 1


def test_what_is_refused_is_said_and_can_be_mended(window: Window, mia: Creator, card: Locator) -> None:
    refusal = {"__typename": "UserError", "code": "INVALID_INPUT", "message": "Not like this.", "path": ["input"]}
    nothing = {"campaign": None, "errors": [refusal], "totalRecipients": 0, "skipped": [], "previews": []}
    answer = json.dumps({"data": {"sendBulkMessage": nothing | {"estimatedCompletionTime": None}}})
    road = Road(window, lambda route: route.fulfill(status=200, content_type="application/json", body=answer))
    card.get_by_role("button", name="Keep as a draft").click()
    expect(card.get_by_role("alert")).to_have_text("Not like this.")
    road.mend()
    card.get_by_role("button", name="Keep as a draft").click()
    expect(window.page.get_by_text("Nothing is sent until you start it.")).to_be_visible()
    assert len(set(road.keys)) == 2
    assert len(mia.ask(CAMPAIGNS)["campaigns"]["nodes"]) == 1
