"""Notes and tags beside a conversation: saved by themselves, of several people, and lost by none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from playwright.sync_api import Locator, Route, expect

from tests.web.app.creator import Creator
from tests.web.app.window import Window

NOTE = """mutation ($id: ID!, $notes: String) {
  updateFan(input: { id: $id, notes: $notes }) { errors { message } } }"""


# So near, a request is away before the page is, outliving or not: what the browser was asked for is kept instead.
OUTLIVING = """const real = window.fetch; window.fetch = (input, init) => {
  if (String(init?.body).includes("mutation UpdateFan")) localStorage.outlives = String(init.keepalive);
  return real(input, init); };"""
HIDE = """Object.defineProperty(document, "visibilityState", { value: "hidden" });
  document.dispatchEvent(new Event("visibilitychange"));"""


def _hold(route: Route, held: list[Route]) -> None:
    """Changes of fans are kept back; everything else passes."""
    if "mutation UpdateFan" in (route.request.post_data or ""):
        held.append(route)
    else:
        route.continue_()


def _about(window: Window) -> Locator:
    return window.page.get_by_role("complementary", name="About Robin Weber")


def test_notes_are_no_conflict_with_themselves(window: Window, mia: Creator) -> None:
    mia.hears("Hello", "Robin Weber")
    mia.hears("Hi", "Alex Morgan")
    window.open()
    window.open_conversation("Robin Weber")
    notes = _about(window).get_by_label("Notes")
    held: list[Route] = []
    window.page.route("**/graphql", lambda route: _hold(route, held))
    notes.press_sequentially("Birthday ")
    expect(_about(window).get_by_text("Saving…")).to_be_visible()
    notes.press_sequentially("on ")
    held[0].continue_()
    window.page.unroute_all()
    mia.has_noted("Robin Weber", "Birthday on")
    expect(_about(window).get_by_text("Saved by itself.")).to_be_visible()
    expect(notes).to_have_value("Birthday on ")  # the blank at its end is still being typed
    notes.press_sequentially("Friday")
    window.row("Alex Morgan").click()
    mia.has_noted("Robin Weber", "Birthday on Friday")
    window.open_conversation("Robin Weber")
    expect(notes).to_have_value("Birthday on Friday")
    assert _about(window).get_by_text("Somebody else").count() == 0


def test_notes_are_saved_when_the_page_is_left_before_they_rest(window: Window, mia: Creator) -> None:
    mia.hears("Hello")
    window.page.clock.install()
    window.page.add_init_script(OUTLIVING)
    window.open()
    window.open_conversation("Robin Weber")
    notes = _about(window).get_by_label("Notes")
    expect(notes).to_be_visible()
    window.page.clock.pause_at(datetime.now(UTC) + timedelta(minutes=1))  # so that the writing never rests
    notes.press_sequentially("Birthday on Friday")
    window.page.reload()
    mia.has_noted("Robin Weber", "Birthday on Friday")
    assert window.page.evaluate("localStorage.outlives") == "true"
    window.page.clock.resume()
    expect(notes).to_have_value("Birthday on Friday")
    expect(_about(window).get_by_text("Saved by itself.")).to_be_visible()
    assert _about(window).get_by_text("Somebody else").count() == 0
    window.page.clock.pause_at(datetime.now(UTC) + timedelta(minutes=5))
    notes.fill("Birthday on Friday, in Lisbon")
    window.page.evaluate(HIDE)
    mia.has_noted("Robin Weber", "Birthday on Friday, in Lisbon")
    notes.fill("Birthday on Friday, in Porto")
    window.page.close()
    mia.has_noted("Robin Weber", "Birthday on Friday, in Porto")


def test_notes_that_were_not_saved_write_over_nobodys(window: Window, mia: Creator) -> None:
    mia.hears("Hello")
    window.open()
    window.open_conversation("Robin Weber")
    window.page.route(
        "**/graphql",
        lambda route: route.abort() if "mutation UpdateFan" in (route.request.post_data or "") else route.continue_(),
    )
    notes = _about(window).get_by_label("Notes")
    notes.fill("Mine")
    expect(_about(window).get_by_text("The server cannot be reached.")).to_be_visible()
    mia.ask(NOTE, {"id": mia.fan_id("Robin Weber"), "notes": "A colleague's"})
    window.page.unroute_all()
    window.page.reload()
    expect(notes).to_have_value("Mine")
    expect(_about(window).get_by_text("It now says: “A colleague's”")).to_be_visible()
    mia.has_noted("Robin Weber", "A colleague's")
    _about(window).get_by_role("button", name="Keep mine").click()
    mia.has_noted("Robin Weber", "Mine")
    expect(_about(window).get_by_text("Saved by itself.")).to_be_visible()


def test_tags_added_one_right_after_the_other_all_stay(window: Window, mia: Creator) -> None:
    mia.hears("Hello")
    window.open()
    window.open_conversation("Robin Weber")
    tags = _about(window).get_by_label("Tags")
    held: list[Route] = []
    window.page.route("**/graphql", lambda route: _hold(route, held))
    for tag in ("vip", "lisbon"):
        tags.fill(tag)
        tags.press("Enter")
    expect(tags).to_have_value("")
    for each in held:
        each.continue_()
    window.page.unroute_all()
    expect(_about(window).get_by_role("button", name="Remove vip")).to_be_visible()
    expect(_about(window).get_by_role("button", name="Remove lisbon")).to_be_visible()
    _about(window).get_by_role("button", name="Remove vip").click()
    expect(_about(window).get_by_role("button", name="Remove vip")).to_have_count(0)
    expect(_about(window).get_by_role("button", name="Remove lisbon")).to_be_visible()
