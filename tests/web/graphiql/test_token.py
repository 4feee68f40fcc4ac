"""Where the token is kept in the browser, and what the page says when there is none or it is refused."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from .page_actions import RunningApi, advice, answer, open_page, run_tab

ADVICE = "python -m services.cli token --user demo"


def test_the_token_stays_in_this_tab_alone(page: Page, running_api: RunningApi) -> None:
    open_page(page, running_api)
    run_tab(page, "WhoAmI")
    expect(answer(page)).to_contain_text('"viewer"')
    assert page.url == f"{running_api.url}/graphiql"
    page.reload()
    expect(page.get_by_text("Signed in with a token")).to_be_visible()
    run_tab(page, "WhoAmI")
    expect(answer(page)).to_contain_text('"viewer"')
    assert page.evaluate("({...localStorage})") == {}
    assert page.evaluate("document.cookie") == ""
    assert page.evaluate("indexedDB.databases()") == []


def test_another_tab_starts_without_the_token(page: Page, running_api: RunningApi) -> None:
    open_page(page, running_api)
    other = page.context.new_page()
    other.goto(f"{running_api.url}/graphiql")
    expect(advice(other)).to_contain_text(f"There is no token yet. Run {ADVICE}")


def test_the_second_window_is_signed_in(page: Page, running_api: RunningApi) -> None:
    open_page(page, running_api)
    with page.expect_popup() as opened:
        page.get_by_role("button", name="Second window").click()
    expect(opened.value.get_by_text("Signed in with a token")).to_be_visible()
    run_tab(opened.value, "WhoAmI")
    expect(answer(opened.value)).to_contain_text('"viewer"')


def test_a_refused_token_is_explained_and_replaced(page: Page, running_api: RunningApi) -> None:
    open_page(page, running_api, token="not.a.token")
    expect(advice(page)).to_contain_text(f"The server refuses this token; it may have expired. Run {ADVICE}")
    page.get_by_label("Access token").fill(f" Bearer {running_api.token}\t")
    page.get_by_role("button", name="Use token").click()
    expect(page.get_by_text("Signed in with a token")).to_be_visible()
    expect(advice(page)).to_have_count(0)
    run_tab(page, "WhoAmI")
    expect(answer(page)).to_contain_text('"viewer"')


def test_a_token_refused_on_the_websocket_is_explained(page: Page, running_api: RunningApi) -> None:
    page.route("**/graphql", lambda route: route.fulfill(json={"data": {}}))
    open_page(page, running_api, token="not.a.token")
    run_tab(page, "WatchInbox")
    expect(advice(page)).to_contain_text("The server refuses this token")
    expect(answer(page)).to_contain_text("Socket closed with event 4403")
