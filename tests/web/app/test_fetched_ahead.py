"""Once the first page is quiet the other ones are fetched, so that nobody waits for them; but not for everybody."""

from __future__ import annotations

from playwright.sync_api import Route, expect

from tests.web.app.window import Window

AT_ONCE = "window.requestIdleCallback = (run) => setTimeout(run);"
SAVES_DATA = "Object.defineProperty(navigator, 'connection', { value: { saveData: true } });"
NEVER_IDLE = "delete window.requestIdleCallback;"  # as Safari, which has no such thing

WATCH = """() => { window.waited = []; new MutationObserver((all) => all.forEach(({ addedNodes }) =>
  addedNodes.forEach((each) => each.querySelector?.('[aria-label="The page is being fetched"]') &&
    window.waited.push(location.pathname)))).observe(document.body, { childList: true, subtree: true }); }"""


def test_the_other_pages_are_there_before_they_are_looked_at(window: Window) -> None:
    page = window.page
    page.add_init_script(AT_ONCE)
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url))
    with page.expect_event("requestfinished", lambda request: "/assets/ImportPage-" in request.url):  # the last of them
        window.open()
    expect(page.get_by_role("heading", name="No conversations yet")).to_be_visible()
    assert [url for url in fetched if "/assets/RevenueChart-" in url] == []

    def away(route: Route) -> None:
        route.abort()

    page.route("**/assets/*.js", away)
    page.evaluate(WATCH)
    for name in ("Fans", "Campaigns", "Queue", "Settings", "Analytics"):
        page.get_by_role("navigation").get_by_role("link", name=name).click()
        expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()
    assert page.evaluate("window.waited") == []


def test_who_saves_data_is_fetched_what_she_looks_at(window: Window) -> None:
    window.page.add_init_script(AT_ONCE + SAVES_DATA)
    window.open()
    expect(window.page.get_by_role("heading", name="No conversations yet")).to_be_visible()
    with window.page.expect_request("**/assets/FansPage-*.js"):
        window.page.get_by_role("navigation").get_by_role("link", name="Fans").click()
    expect(window.page.get_by_role("heading", level=1, name="Fans")).to_be_visible()


def test_a_browser_that_never_says_that_it_is_idle_fetches_them_after_a_while(window: Window) -> None:
    window.page.add_init_script(NEVER_IDLE)
    with window.page.expect_request("**/assets/FansPage-*.js"):
        window.open()
