"""The inbox from the first message of a fan to her answer, against sandbox platform, queue and worker."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, Route, expect

from tests.web.app.creator import Creator
from tests.web.app.window import Window


def _keep_sends(route: Route, held: list[Route]) -> None:
    """Sends are kept back until the test lets them go; everything else passes."""
    if "mutation SendMessage" in (route.request.post_data or ""):
        held.append(route)
    else:
        route.continue_()


def test_from_a_fans_first_message_to_her_answer(window: Window, mia: Creator) -> None:
    mia.connect("Mia", replyAfterSeconds=0.5)
    window.open()
    expect(window.page.get_by_role("heading", name="No conversations yet")).to_be_visible()
    mia.hears("Hi! Are there new pictures?")
    expect(window.row("Robin Weber")).to_contain_text("Hi! Are there new pictures?")
    expect(window.row("Robin Weber").locator(".badge")).to_have_text("1 unread")
    expect(window.page).to_have_title("(1) Inbox · Huntaze CRM")

    window.open_conversation("Robin Weber")
    expect(window.page).to_have_title("Inbox · Huntaze CRM")
    expect(window.row("Robin Weber").locator(".badge")).to_have_count(0)
    window.write("Yes, three sets.")
    expect(window.bubble("Yes, three sets.")).to_have_attribute("data-status", "SENT")
    expect(window.thread.get_by_role("article")).to_have_count(3)

    stored = mia.messages("Robin Weber")
    assert [each["text"] for each in stored] == window.texts()
    assert [each["direction"] for each in stored] == ["IN", "OUT", "IN"]
    assert mia.arrivals() == ["Yes, three sets."]


def test_a_message_is_seen_before_the_server_has_it_and_only_once_after(window: Window, mia: Creator) -> None:
    mia.hears("Hello?")
    window.open()
    window.open_conversation("Robin Weber")
    held: list[Route] = []
    window.page.route("**/graphql", lambda route: _keep_sends(route, held))
    window.write("First")
    expect(window.bubble("First")).to_have_attribute("data-status", "OUTGOING")
    expect(window.composer).to_have_value("")
    window.write("Second")
    expect(window.bubble("Second")).to_have_attribute("data-status", "OUTGOING")
    assert len(held) == 1  # the second waits for the first, so that they cannot overtake each other
    held[0].continue_()
    expect(window.bubble("First")).to_have_attribute("data-status", "SENT")
    assert len(held) == 2
    held[1].continue_()
    expect(window.bubble("Second")).to_have_attribute("data-status", "SENT")
    assert window.texts() == ["Hello?", "First", "Second"]
    assert [each["text"] for each in mia.messages("Robin Weber")] == window.texts()


def test_price_and_attachment_leave_with_the_message(window: Window, mia: Creator) -> None:
    mia.hears("Show me")
    window.open()
    window.open_conversation("Robin Weber")
    page = window.page
    window.composer.fill("The new set")
    page.get_by_role("button", name="Set a price").click()
    page.get_by_label("Price in dollars").fill("15")
    page.get_by_role("button", name="Set the price").click()
    expect(page.get_by_text("Costs $15 to unlock")).to_be_visible()
    page.get_by_role("button", name="Attach a picture or film").click()
    page.get_by_role("textbox", name="Address").fill("https://media.example/beach.jpg")
    page.get_by_role("button", name="Attach", exact=True).click()
    page.get_by_role("button", name="Send", exact=True).click()
    expect(window.bubble("The new set")).to_have_attribute("data-status", "SENT")
    expect(window.bubble("The new set").locator(".price")).to_have_text("$15 to unlock")
    sent = mia.messages("Robin Weber")[-1]
    assert sent["priceCents"] == 1500
    assert sent["attachments"] == [{"url": "https://media.example/beach.jpg", "type": "IMAGE"}]


def test_what_waits_says_why_and_until_when(window: Window, mia: Creator) -> None:
    mia.hears("Hello")
    window.open()
    window.open_conversation("Robin Weber")
    talk = mia.conversation("Robin Weber")
    for number in range(24):
        mia.sends(conversationId=talk, text=f"Number {number}")
    expect(
        window.thread.get_by_text(re.compile(r"Waits.* because (of the rate limit|others go first)")).first
    ).to_be_visible()
    expect(window.bubble("Number 23")).to_have_attribute("data-status", "SENT")
    expect(window.thread.get_by_text("Waits")).to_have_count(0)


def test_a_refused_message_is_tried_again_and_an_unknown_one_only_after_a_warning(window: Window, mia: Creator) -> None:
    mia.hears("Hello")
    window.open()
    window.open_conversation("Robin Weber")
    mia.fault("status", status=422)
    window.write("Refused at first")
    expect(window.bubble("Refused at first")).to_have_attribute("data-status", "FAILED")
    window.bubble("Refused at first").get_by_role("button", name="Try again").click()
    expect(window.bubble("Refused at first")).to_have_attribute("data-status", "SENT")

    mia.cannot_tell()
    window.write("Cut on the way")
    expect(window.bubble("Cut on the way")).to_contain_text("It may have arrived")
    assert mia.arrivals() == ["Refused at first", "Cut on the way"]
    window.bubble("Cut on the way").get_by_role("button", name="Send again…").click()
    expect(window.page.get_by_role("alertdialog")).to_contain_text("the fan gets it twice")
    window.page.get_by_role("button", name="Cancel").click()
    assert mia.arrivals() == ["Refused at first", "Cut on the way"]


def test_older_messages_come_without_a_jump(window: Window, mia: Creator) -> None:
    mia.hears("Line 59")
    mia.has_history("Robin Weber", [f"Line {number:02}" for number in range(59)])
    window.open()
    window.open_conversation("Robin Weber")
    expect(window.bubble("Line 59")).to_be_in_viewport()
    assert len(window.texts()) == 40
    # The reader goes up to a line; what is put in front of it does not move it.
    line = window.bubble("Line 24")
    line.evaluate("element => element.scrollIntoView({ block: 'start' })")
    before = line.bounding_box()
    expect(window.thread.get_by_role("article")).to_have_count(60)
    after = line.bounding_box()
    assert before is not None
    assert after is not None
    assert abs(before["y"] - after["y"]) < 4
    assert window.texts() == [f"Line {number:02}" for number in range(60)]
    # She is further up: a new message does not pull her down, but says that it is there.
    mia.hears("Something new")
    expect(window.page.get_by_role("button", name="1 new")).to_be_visible()
    expect(window.bubble("Something new")).not_to_be_in_viewport()
    window.page.get_by_role("button", name="1 new").click()
    expect(window.bubble("Something new")).to_be_in_viewport()


def test_drafts_are_kept_for_each_conversation_and_through_a_reload(window: Window, mia: Creator) -> None:
    mia.hears("Hello", "Robin Weber")
    mia.hears("Hi", "Alex Morgan")
    window.open()
    window.open_conversation("Robin Weber")
    window.composer.fill("To Robin, not finished")
    window.open_conversation("Alex Morgan")
    expect(window.composer).to_have_value("")
    expect(window.row("Robin Weber")).to_contain_text("Draft: To Robin, not finished")
    window.page.reload()
    window.open_conversation("Robin Weber")
    expect(window.composer).to_have_value("To Robin, not finished")


def test_search_and_filters_narrow_the_list(window: Window, mia: Creator) -> None:
    mia.hears("The zebra crossing", "Robin Weber")
    mia.hears("Hi", "Alex Morgan")
    window.open()
    window.open_conversation("Alex Morgan")
    expect(window.row("Alex Morgan").locator(".badge")).to_have_count(0)
    search = window.page.get_by_label("Search fans and messages")
    search.fill("zebra")
    expect(window.row("Alex Morgan")).to_have_count(0)
    expect(window.row("Robin Weber")).to_be_visible()
    search.fill("no such words")
    expect(window.page.get_by_role("heading", name="No conversation fits")).to_be_visible()
    window.page.get_by_role("button", name="Show all").click()
    window.page.get_by_label("Unread", exact=True).check()
    expect(window.row("Robin Weber")).to_be_visible()
    window.open_conversation("Robin Weber")
    # Read, it stays in sight while it is open, and leaves the list with the next one.
    expect(window.row("Robin Weber").locator(".badge")).to_have_count(0)
    expect(window.row("Robin Weber")).to_be_visible()
    mia.hears("Me again", "Alex Morgan")
    window.open_conversation("Alex Morgan")
    expect(window.row("Robin Weber")).to_have_count(0)


def test_what_arrives_while_a_search_is_open_is_found_too(window: Window, mia: Creator) -> None:
    mia.hears("The zebra crossing", "Robin Weber")
    mia.hears("Hi", "Alex Morgan")
    window.open()
    window.page.get_by_label("Search fans and messages").fill("zebra")
    expect(window.rows).to_have_count(1)
    mia.hears("Have you seen the zebra?", "Jordan Lee")
    expect(window.row("Jordan Lee")).to_contain_text("Have you seen the zebra?")
    mia.hears("I meant a zebra", "Alex Morgan")
    expect(window.row("Alex Morgan")).to_be_visible()
    mia.hears("No stripes at all", "Kim Novak")
    mia.hears("Zebra, zebra", "Jordan Lee")
    expect(window.row("Jordan Lee")).to_contain_text("Zebra, zebra")
    expect(window.rows).to_have_count(3)


def test_the_fan_beside_the_thread_is_changed_there(window: Window, mia: Creator) -> None:
    mia.hears("Hello")
    window.open()
    window.open_conversation("Robin Weber")
    about = window.page.get_by_role("complementary", name="About Robin Weber")
    about.get_by_label("Tags").fill("vip")
    about.get_by_label("Tags").press("Enter")
    about.get_by_label("Notes").fill("Birthday on Friday")
    expect(about.get_by_text("Saved by itself.")).to_be_visible()
    saved = "query { fans(first: 5) { nodes { tags notes } } }"
    expect(about.get_by_role("button", name="Remove vip")).to_be_visible()
    assert mia.ask(saved)["fans"]["nodes"] == [{"tags": ["vip"], "notes": "Birthday on Friday"}]


def test_on_a_phone_list_and_thread_follow_each_other(browser: Browser, mia: Creator) -> None:
    mia.hears("Hello")
    with browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True) as context:
        window = Window(context.new_page(), mia)
        window.open()
        window.row("Robin Weber").tap()
        expect(window.bubble("Hello")).to_be_visible()
        expect(window.conversations).not_to_be_visible()
        window.write("From the phone")
        expect(window.bubble("From the phone")).to_have_attribute("data-status", "SENT")
        window.page.get_by_role("button", name="Back to the list").tap()
        expect(window.row("Robin Weber")).to_contain_text("From the phone")
        wide = window.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 390
        window.demand_no_faults()
