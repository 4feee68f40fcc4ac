"""A fan is edited beside the thread while others change her too: what was touched is saved, and nothing else."""

from __future__ import annotations

from playwright.sync_api import Locator, expect

from tests.web.app.creator import Creator
from tests.web.app.window import Window

FAN = "query ($id: ID!) { fan(id: $id) { email valueCents tags handle } }"
UPDATE = "mutation ($input: UpdateFanInput!) { updateFan(input: $input) { errors { message } } }"


def open_editor(window: Window, mia: Creator) -> tuple[Locator, str]:
    """The dialog of a fan who has paid $10, and her id."""
    mia.hears("Hello")
    mia.conversation("Robin Weber")
    fan = mia.fan_id("Robin Weber")
    mia.ask(UPDATE, {"input": {"id": fan, "valueCents": 1000, "tags": ["vip"]}})
    window.open()
    window.open_conversation("Robin Weber")
    about = window.page.get_by_role("complementary", name="About Robin Weber")
    expect(about).to_contain_text("$10")
    window.about_fan("Edit…")
    dialog = window.page.get_by_role("dialog", name="Edit Robin Weber")
    expect(dialog.get_by_label("Paid so far")).to_have_value("10")
    return dialog, fan


def test_what_was_not_touched_stays_as_others_made_it(window: Window, mia: Creator) -> None:
    dialog, fan = open_editor(window, mia)
    mia.tips("Robin Weber", "$5.00")
    mia.ask(UPDATE, {"input": {"id": fan, "tags": ["vip", "whale"]}})
    expect(window.page.locator("aside").filter(has_text="$15")).to_be_visible()
    dialog.get_by_label("E-mail").fill("robin@example.com")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)
    there = mia.ask(FAN, {"id": fan})["fan"]
    assert (there["email"], there["valueCents"], there["tags"]) == ("robin@example.com", 1500, ["vip", "whale"])


def test_what_both_changed_is_said_field_by_field_and_saved_when_it_is_saved_again(
    window: Window, mia: Creator
) -> None:
    dialog, fan = open_editor(window, mia)
    dialog.get_by_label("Paid so far").fill("12")
    mia.ask(UPDATE, {"input": {"id": fan, "valueCents": 1500, "tags": ["whale"]}})
    dialog.get_by_role("button", name="Save").click()
    words = "Somebody else made it $15.00 meanwhile. Save again to put yours in its place."
    expect(dialog.get_by_role("alert")).to_have_text([words])
    assert mia.ask(FAN, {"id": fan})["fan"]["valueCents"] == 1500
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)
    there = mia.ask(FAN, {"id": fan})["fan"]
    assert (there["valueCents"], there["tags"]) == (1200, ["whale"])
