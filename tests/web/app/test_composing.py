"""What is being written: a time that holds, a price taken back, an own message in sight, a draft that finds its way."""

from __future__ import annotations

from datetime import datetime, timedelta

from playwright.sync_api import Locator, Route, expect

from tests.web.app.creator import Creator
from tests.web.app.window import Window

PREVIEWS = """query ($id: ID!) { conversation(id: $id) {
  messages(last: 2) { nodes { text priceCents attachments { url preview } } } } }"""


def test_a_time_set_before_the_text_holds(window: Window, mia: Creator) -> None:
    mia.hears("Shall we talk tomorrow?")
    window.open()
    window.open_conversation("Robin Weber")
    page = window.page
    page.get_by_role("button", name="Send later").click()
    page.get_by_label("When").fill(f"{datetime.now().astimezone() + timedelta(days=1):%Y-%m-%d}T12:00")
    page.get_by_role("button", name="Schedule", exact=True).click()
    expect(page.get_by_text("To be sent tomorrow 12:00")).to_be_visible()
    window.composer.fill("Not like this")
    window.composer.fill("")
    window.write("Good morning!")
    expect(window.bubble("Good morning!")).to_contain_text("Scheduled for tomorrow 12:00")
    expect(window.bubble("Good morning!").locator("time")).to_have_text("12:00")
    expect(window.thread.get_by_role("separator", name="Tomorrow")).to_be_visible()

    # It waits at the end of the thread; what the fan writes above it is read all the same.
    mia.hears("Or today?")
    expect(window.bubble("Or today?")).to_be_visible()
    mia.has_read("Robin Weber")
    assert window.texts() == ["Shall we talk tomorrow?", "Or today?", "Good morning!"]
    window.bubble("Good morning!").get_by_role("button", name="Take back").click()
    expect(window.bubble("Good morning!")).to_contain_text("Taken back; it was not sent.")
    assert mia.arrivals() == []


def test_who_sends_from_further_up_sees_what_she_sent(window: Window, mia: Creator) -> None:
    mia.hears("The newest")
    mia.has_history("Robin Weber", [f"Line {number}" for number in range(30)])
    window.open()
    window.open_conversation("Robin Weber")
    window.thread.evaluate("element => element.scrollTo(0, 0)")
    expect(window.page.get_by_role("button", name="Newest")).to_be_visible()
    window.write("From further up")
    expect(window.bubble("From further up")).to_be_in_viewport()
    expect(window.page.get_by_role("button", name="Newest")).to_have_count(0)


def test_reading_that_was_too_much_at_once_is_told_again(window: Window, mia: Creator) -> None:
    mia.hears("Hello")
    window.open()
    refused: list[Route] = []
    error = {"__typename": "RateLimited", "code": "RATE_LIMITED", "message": "", "path": None, "retryAfterSeconds": 1}

    def refuse_the_first(route: Route) -> None:
        if "mutation MarkRead" in (route.request.post_data or "") and not refused:
            refused.append(route)
            route.fulfill(json={"data": {"markConversationRead": {"conversation": None, "errors": [error]}}})
        else:
            route.continue_()

    window.page.route("**/graphql", refuse_the_first)
    window.open_conversation("Robin Weber")
    expect(window.row("Robin Weber").locator(".badge")).to_have_count(0)
    assert len(refused) == 1


def test_a_message_taken_back_keeps_its_price_and_its_time(window: Window, mia: Creator) -> None:
    mia.hears("Show me")
    window.open()
    window.open_conversation("Robin Weber")
    page = window.page
    _attach(window, "https://media.example/beach.jpg")
    price = _opened(window, "Set a price", "Price in dollars")
    price.fill("20")
    price.press("Enter")
    tomorrow = f"{datetime.now().astimezone() + timedelta(days=1):%Y-%m-%d}T12:00"
    when = _opened(window, "Send later", "When")
    when.fill(tomorrow)
    when.press("Enter")
    page.route("**/graphql", _refuse)
    window.write("The new set")
    expect(window.bubble("The new set")).to_contain_text("Not sent: No account.")
    page.reload()  # nothing is left of what was typed in the fields
    window.bubble("The new set").get_by_role("button", name="Edit").click()
    expect(window.composer).to_have_value("The new set")
    price = _opened(window, "Set a price", "Price in dollars")
    expect(price).to_have_value("20")
    price.press("Enter")
    expect(price).to_have_count(0)
    when = _opened(window, "Send later", "When")
    expect(when).to_have_value(tomorrow)
    when.press("Enter")
    expect(when).to_have_count(0)
    expect(page.get_by_text("Costs $20 to unlock")).to_be_visible()
    expect(page.get_by_text("To be sent tomorrow 12:00")).to_be_visible()

    # And what was sent leaves nothing for the next one.
    page.unroute("**/graphql")
    page.get_by_role("button", name="Schedule", exact=True).click()
    expect(window.bubble("The new set")).to_contain_text("Scheduled for tomorrow 12:00")
    expect(_opened(window, "Set a price", "Price in dollars")).to_have_value("")
    page.keyboard.press("Escape")
    expect(_opened(window, "Send later", "When")).to_have_value("")


def test_only_what_is_ticked_is_shown_before_it_is_paid(window: Window, mia: Creator) -> None:
    mia.hears("Show me")
    window.open()
    window.open_conversation("Robin Weber")
    page = window.page
    _attach(window, "https://media.example/teaser.jpg", shown_before=True)
    window.write("A taste")
    expect(window.bubble("A taste")).to_have_attribute("data-status", "SENT")
    _opened(window, "Attach a picture or film", "Shown before it is unlocked").check()
    page.keyboard.press("Escape")  # thought better of it
    expect(page.get_by_label("Shown before it is unlocked")).to_have_count(0)
    _attach(window, "https://media.example/film.mp4")
    price = _opened(window, "Set a price", "Price in dollars")
    price.fill("20")
    price.press("Enter")
    window.write("All of it")
    expect(window.bubble("All of it")).to_have_attribute("data-status", "SENT")
    talk = mia.ask(PREVIEWS, {"id": mia.conversation("Robin Weber")})["conversation"]
    teaser = {"url": "https://media.example/teaser.jpg", "preview": True}
    film = {"url": "https://media.example/film.mp4", "preview": False}
    assert talk["messages"]["nodes"] == [
        {"text": "A taste", "priceCents": None, "attachments": [teaser]},
        {"text": "All of it", "priceCents": 2000, "attachments": [film]},
    ]


def test_what_was_begun_to_a_fan_goes_on_in_her_conversation_once_there_is_one(window: Window, mia: Creator) -> None:
    kim = mia.fan("Kim Larsen")
    window.open("/fans")
    page = window.page
    page.get_by_role("button", name="Write to Kim Larsen").click()
    dialog = page.get_by_role("dialog", name="Write to Kim Larsen")
    dialog.get_by_label("Message to Kim Larsen").fill("A long welcome")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    mia.sends(fanId=kim, text="A colleague was here")
    page.reload()
    page.get_by_role("button", name="Write to Kim Larsen").click()
    expect(window.bubble("A colleague was here")).to_be_visible()
    expect(window.composer).to_have_value("A long welcome")
    window.composer.press("Enter")
    expect(window.bubble("A long welcome")).to_have_attribute("data-status", "SENT")
    expect(window.composer).to_have_value("")
    for come_back in (page.reload, lambda: window.open("/"), lambda: window.open_conversation("Kim Larsen")):
        come_back()
    expect(window.composer).to_have_value("")
    assert "A long welcome" not in str(page.evaluate("({...sessionStorage})"))
    assert [each["text"] for each in mia.messages("Kim Larsen")] == ["A colleague was here", "A long welcome"]


def _opened(window: Window, button: str, field: str) -> Locator:
    """A field of a popover below the composer."""
    window.page.get_by_role("button", name=button).click()
    return window.page.get_by_label(field, exact=True)


def _attach(window: Window, address: str, shown_before: bool = False) -> None:
    """The tick is set where it is wanted; where it is not, it is left as it is."""
    field = _opened(window, "Attach a picture or film", "Address")
    field.fill(address)
    if shown_before:
        window.page.get_by_label("Shown before it is unlocked").check()
    field.press("Enter")
    expect(field).to_have_count(0)


def _refuse(route: Route) -> None:
    """Messages alone, as where no account is connected."""
    if "mutation SendMessage" not in (route.request.post_data or ""):
        return route.continue_()
    error = {"__typename": "NotConnected", "code": "NOT_CONNECTED", "message": "No account.", "path": None}
    return route.fulfill(json={"data": {"sendMessage": {"message": None, "errors": [error]}}})
