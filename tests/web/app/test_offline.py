"""A cut, and back: nothing is missing, nothing is sent twice, and the page says that it stands still."""

from __future__ import annotations

from playwright.sync_api import Route, expect

from schema import ids
from tests.stored import fan
from tests.web.app.creator import Creator
from tests.web.app.window import Window


def test_what_happened_meanwhile_is_there_afterwards(window: Window, mia: Creator) -> None:
    mia.hears("Before the cut", "Robin Weber")
    mia.hears("Hi", "Alex Morgan")
    window.open()
    window.open_conversation("Robin Weber")
    window.page.context.set_offline(True)
    expect(window.page.get_by_text("No connection. What happens meanwhile")).to_be_visible()
    talk = mia.conversation("Robin Weber")
    for number in range(5):
        mia.hears(f"Missed {number}", "Robin Weber")
    mia.sends(conversationId=mia.conversation("Alex Morgan"), text="Answered by a colleague")
    mia.hears("Somebody new", "Jordan Lee")
    window.page.context.set_offline(False)
    expect(window.page.get_by_text("No connection. What happens meanwhile")).to_have_count(0)
    expect(window.bubble("Missed 4")).to_be_visible()
    expect(window.row("Jordan Lee")).to_contain_text("Somebody new")
    expect(window.row("Alex Morgan")).to_contain_text("Answered by a colleague")
    assert window.texts() == ["Before the cut", *(f"Missed {number}" for number in range(5))]
    assert mia.conversation("Robin Weber") == talk


def test_what_is_written_during_a_cut_is_sent_once_after_it(window: Window, mia: Creator) -> None:
    mia.hears("Hello")
    window.open()
    window.open_conversation("Robin Weber")
    window.page.context.set_offline(True)
    window.write("One")
    window.write("Two")
    expect(window.bubble("One")).to_contain_text("No connection. It is sent as soon as it is back, and only once.")
    window.page.context.set_offline(False)
    expect(window.bubble("One")).to_have_attribute("data-status", "SENT")
    expect(window.bubble("Two")).to_have_attribute("data-status", "SENT")
    assert window.texts() == ["Hello", "One", "Two"]
    assert mia.arrivals() == ["One", "Two"]


def test_an_answer_that_was_lost_on_the_way_makes_no_second_message(window: Window, mia: Creator) -> None:
    """The server has it, the browser was not told: the same call with the same key finds the first message."""
    mia.hears("Hello")
    window.open()
    window.open_conversation("Robin Weber")
    lost: list[int] = []

    def lose_the_first_answer(route: Route) -> None:
        if "mutation SendMessage" in (route.request.post_data or "") and not lost:
            lost.append(route.fetch().status)
            route.abort()
        else:
            route.continue_()

    window.page.route("**/graphql", lose_the_first_answer)
    window.write("Only once")
    expect(window.bubble("Only once")).to_have_attribute("data-status", "SENT")
    assert lost == [200]
    assert [each["text"] for each in mia.messages("Robin Weber")] == ["Hello", "Only once"]
    assert mia.arrivals() == ["Only once"]


def test_a_cursor_that_is_too_old_fetches_everything_again(window: Window, mia: Creator) -> None:
    mia.hears("Old news")
    window.open()
    window.open_conversation("Robin Weber")
    window.page.context.set_offline(True)
    expect(window.page.get_by_text("No connection. What happens meanwhile")).to_be_visible()
    mia.hears("New news")
    mia.hears("Somebody new", "Alex Morgan")
    mia.connect("Nora", f"{mia.account}-b")
    mia.lose_the_sequence()
    window.page.context.set_offline(False)
    expect(window.bubble("New news")).to_be_visible()
    assert window.texts() == ["Old news", "New news"]
    expect(window.page).to_have_title("(1) Inbox · Huntaze CRM")
    expect(window.page.get_by_role("button", name="Account: all. Choose another")).to_be_visible()


def test_fans_that_were_imported_meanwhile_are_in_the_list_without_a_reload(window: Window, mia: Creator) -> None:
    """So many at once are not told one by one: the window is told to fetch again."""
    mia.fan("Alex Morgan")
    window.open("/fans")
    names = window.page.locator("tbody .fan-names b")
    expect(names).to_have_text(["Alex Morgan"])
    home = ids.decode("CreatorAccount", mia.account_ids["Mia"])
    window.page.context.set_offline(True)
    expect(window.page.get_by_text("No connection. What happens meanwhile")).to_be_visible()
    mia.stores(lambda owner: [fan(owner, home, name="Robin Weber")])
    mia.lose_the_sequence()
    window.page.context.set_offline(False)
    expect(names).to_have_text(["Robin Weber", "Alex Morgan"])
