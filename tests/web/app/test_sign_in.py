"""How the token comes, where it is kept, and what is left when it expires."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

from playwright.sync_api import Browser, Route, expect

from tests.flows.background import RunningApi
from tests.web.app.creator import Creator
from tests.web.app.window import Window


def test_the_token_leaves_the_address_at_once_and_stays_in_this_tab(window: Window, mia: Creator) -> None:
    mia.hears("Hello")
    window.open()
    page = window.page
    assert page.url == f"{mia.url}/"
    expect(window.row("Robin Weber")).to_be_visible()
    page.reload()
    expect(window.row("Robin Weber")).to_be_visible()
    assert mia.token()[:20] not in str(page.evaluate("({...localStorage})"))
    assert page.evaluate("document.cookie") == ""
    other = page.context.new_page()
    other.goto(f"{mia.url}/queue")
    expect(other.get_by_role("alertdialog", name="Huntaze CRM")).to_be_visible()
    other.get_by_label("Token").fill("no token at all")
    other.get_by_role("button", name="Sign in").click()
    expect(other.get_by_text("This is no token.")).to_be_visible()
    other.get_by_label("Token").fill(f"Bearer {mia.token()}")
    other.get_by_role("button", name="Sign in").click()
    expect(other.get_by_role("heading", name="Queue")).to_be_visible()


def test_expiry_asks_again_and_loses_nothing_typed(browser: Browser, mia: Creator) -> None:
    mia.hears("Hello")
    soon = datetime.now(UTC) + timedelta(seconds=12)
    with browser.new_context() as context:
        window = Window(context.new_page(), mia, exp=soon)
        window.open()
        window.open_conversation("Robin Weber")
        window.composer.fill("Half a sentence")
        dialog = window.page.get_by_role("alertdialog", name="Sign in again")
        expect(dialog).to_be_visible(timeout=30_000)
        mia.hears("Written meanwhile")
        dialog.get_by_label("Token").fill(mia.token())
        dialog.get_by_role("button", name="Sign in").click()
        expect(dialog).to_have_count(0)
        expect(window.composer).to_have_value("Half a sentence")
        expect(window.bubble("Written meanwhile")).to_be_visible()
        window.composer.press("Enter")
        expect(window.bubble("Half a sentence")).to_have_attribute("data-status", "SENT")
        window.demand_no_faults()


def test_another_user_sees_and_sends_nothing_of_the_one_before(
    window: Window, mia: Creator, running_api: RunningApi
) -> None:
    mia.hears("For Mia alone")
    window.open()
    window.open_conversation("Robin Weber")
    window.composer.fill("Mia's draft")
    nora = Creator(running_api, f"nora-{uuid.uuid4().hex[:12]}")
    nora.connect("Nora")
    nora.hears("For Nora", "Alex Morgan")
    window.page.goto(f"{mia.url}/settings")
    window.page.get_by_label("Another token").fill(nora.token())
    window.page.get_by_role("button", name="Use it").click()
    expect(window.row("Alex Morgan")).to_be_visible()
    expect(window.row("Robin Weber")).to_have_count(0)
    assert "Mia's draft" not in str(window.page.evaluate("({...sessionStorage})"))


def test_a_link_of_another_user_on_another_page_ends_what_the_one_before_left(
    window: Window, mia: Creator, running_api: RunningApi
) -> None:
    """The page is loaded anew: nobody was there to see the token change."""
    mia.hears("For Mia alone")
    window.open("/campaigns/new")
    window.page.get_by_label("Text", exact=True).fill("Mia's campaign")
    window.open()
    window.open_conversation("Robin Weber")
    asked: list[str] = []
    window.page.route("**/graphql", lambda route: _keep_back(route, asked))
    window.write("Mia's message")
    expect(window.bubble("Mia's message")).to_contain_text("No connection")
    window.composer.fill("Mia's draft")
    window.page.goto("about:blank")
    assert asked != []
    asked.clear()

    nora = Creator(running_api, f"nora-{uuid.uuid4().hex[:12]}")
    nora.connect("Nora")
    nora.hears("For Nora", "Alex Morgan")
    window.page.goto(f"{mia.url}/campaigns/new#token={nora.token()}")
    expect(window.page.get_by_label("Text", exact=True)).to_have_value("")
    window.page.get_by_role("navigation", name="Pages").get_by_role("link", name="Inbox").click()
    expect(window.row("Alex Morgan")).to_be_visible()
    expect(window.row("Robin Weber")).to_have_count(0)
    assert "Mia's" not in str(window.page.evaluate("({...sessionStorage})"))
    assert asked == []


def _keep_back(route: Route, asked: list[str]) -> None:
    """Messages do not reach the server; what was tried is noted."""
    request = route.request.post_data or ""
    if "mutation SendMessage" not in request:
        return route.continue_()
    asked.append(request)
    return route.abort()


def test_a_new_token_of_the_same_user_keeps_what_was_typed(window: Window, mia: Creator) -> None:
    mia.hears("Hello")
    window.open()
    window.open_conversation("Robin Weber")
    window.composer.fill("Half a sentence")
    window.open("/settings")
    window.page.get_by_role("navigation", name="Pages").get_by_role("link", name="Inbox").click()
    window.open_conversation("Robin Weber")
    expect(window.composer).to_have_value("Half a sentence")


def test_a_colleague_of_the_same_user_sends_nothing_of_the_one_before(browser: Browser, mia: Creator) -> None:
    mia.hears("Hello")
    soon = datetime.now(UTC) + timedelta(seconds=12)
    with browser.new_context() as context:
        window = Window(context.new_page(), mia, exp=soon)
        window.open()
        window.open_conversation("Robin Weber")
        window.page.route("**/graphql", lambda route: _keep_back(route, []))
        window.write("Mia's message")
        expect(window.bubble("Mia's message")).to_contain_text("No connection")
        window.composer.fill("Mia's draft")
        dialog = window.page.get_by_role("alertdialog", name="Sign in again")
        expect(dialog).to_be_visible(timeout=30_000)
        window.page.unroute("**/graphql")
        dialog.get_by_label("Token").fill(mia.token(act="leo"))
        dialog.get_by_role("button", name="Sign in").click()
        expect(window.page).to_have_url(f"{mia.url}/")
        window.open_conversation("Robin Weber")
        expect(window.composer).to_have_value("")
        assert "Mia's" not in str(window.page.evaluate("({...sessionStorage})"))
        window.write("Leo here")
        expect(window.bubble("Leo here")).to_have_attribute("data-status", "SENT")
        assert [each["text"] for each in mia.messages("Robin Weber")] == ["Hello", "Leo here"]
        window.demand_no_faults()


def test_a_link_keeps_what_the_same_colleague_left_and_ends_it_for_another(browser: Browser, mia: Creator) -> None:
    mia.hears("Hello")
    with browser.new_context() as context:
        window = Window(context.new_page(), mia, act="leo")
        window.open()
        window.open_conversation("Robin Weber")
        window.composer.fill("Leo's draft")
        for act, left in (({"sub": "leo"}, "Leo's draft"), ("ida", "")):
            window.page.goto("about:blank")
            window.page.goto(f"{mia.url}/#token={mia.token(act=act)}")
            window.open_conversation("Robin Weber")
            expect(window.composer).to_have_value(left)
        assert "Leo's" not in str(window.page.evaluate("({...sessionStorage})"))
        window.demand_no_faults()
