"""The list of conversations narrowed by platform and by days: by what the server gives and by what arrives then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from playwright.sync_api import Locator, expect

from schema import ids
from tests.stored import conversation, fan
from tests.web.app.creator import Creator
from tests.web.app.window import Window

TAG = "mutation ($input: UpdateFanInput!) { updateFan(input: $input) { errors { message } } }"
DAY = "2026-02-10"
MOMENTS = {
    "Before Weber": datetime(2026, 2, 9, 23, 59, 59).astimezone(),
    "First Moment": datetime(2026, 2, 10, 0, 0).astimezone(),
    "Midday Weber": datetime(2026, 2, 10, 12, 0).astimezone(),
    "Last Moment": datetime(2026, 2, 10, 23, 59, 59).astimezone(),
    "After Weber": datetime(2026, 2, 11, 0, 0).astimezone(),
}  # of the wall clock, as the browser has it


def _talks(mia: Creator, owner: UUID, given: Mapping[str, tuple[str, datetime]]) -> Sequence[Any]:
    """By the name of each: her platform, and when the last message came. Those of the sandbox are of the account."""
    home = ids.decode("CreatorAccount", mia.account_ids["Mia"])
    rows: list[Any] = []
    for name, (platform, at) in given.items():
        key = name.split(maxsplit=1)[0].lower()
        known = {"platform_fan_id": f"fan-{mia.subject}-{key}", "handle": f"@{key}", "handle_key": key}
        who = fan(owner, home if platform == "SANDBOX" else None, name=name, platform=platform, **known)
        talk = conversation(who)
        talk.last_message_at = at
        rows += [who, talk]
    return rows


def _filters(window: Window, used: int) -> Locator:
    """The filters, opened, of which so many are in use."""
    window.page.get_by_role("button", name=f"Filters, {used} in use").click()
    dialog = window.page.get_by_role("dialog", name="Filters")
    expect(dialog).to_be_visible()
    return dialog


def _unread(window: Window, number: int) -> None:
    """So many conversations are known to be unread, in the list or not."""
    words = "unread conversations"
    expect(window.page.get_by_role("navigation", name="Pages").locator(".badge")).to_have_text(f"{number} {words}")


def test_a_platform_narrows_the_list_and_what_arrives(window: Window, mia: Creator) -> None:
    platforms = {"Fay Fansly": "FANSLY", "Ona Onlyfans": "ONLYFANS", "Sandy Sandbox": "SANDBOX"}
    given = {name: (platform, datetime(2026, 2, 10, tzinfo=UTC)) for name, platform in platforms.items()}
    mia.stores(lambda owner: _talks(mia, owner, given))
    window.open()
    expect(window.rows).to_have_count(3)
    platform = _filters(window, 0).get_by_label("Platform")
    for name, value in platforms.items():
        platform.select_option(value)
        expect(window.conversations.locator(".row-name")).to_have_text([name])
    platform.select_option("FANSLY")
    mia.hears("Hello", "Sandy Sandbox")
    _unread(window, 1)
    expect(window.conversations.locator(".row-name")).to_have_text(["Fay Fansly"])
    platform.select_option("FANVUE")
    expect(window.page.get_by_role("heading", name="No conversation fits")).to_be_visible()
    window.page.get_by_role("dialog").get_by_role("button", name="Clear filters").click()
    expect(window.rows).to_have_count(3)
    expect(window.rows.first).to_contain_text("Sandy Sandbox")


def test_days_narrow_the_list_by_the_clock_on_the_wall_both_included(window: Window, mia: Creator) -> None:
    given = {name: ("SANDBOX", at) for name, at in MOMENTS.items()}
    mia.stores(lambda owner: _talks(mia, owner, given))
    window.open()
    names = window.conversations.locator(".row-name")
    newest_first = list(MOMENTS)[::-1]
    expect(names).to_have_text(newest_first)
    filters = _filters(window, 0)
    filters.get_by_label("Last message from").fill(DAY)
    expect(names).to_have_text(newest_first[:-1])
    filters.get_by_label("to", exact=True).fill(DAY)
    expect(names).to_have_text(["Last Moment", "Midday Weber", "First Moment"])
    filters.get_by_label("Last message from").fill("")
    expect(names).to_have_text(newest_first[1:])
    # Who writes now has her last message on another day.
    mia.hears("Hello", "Midday Weber")
    expect(names).to_have_text(["Last Moment", "First Moment", "Before Weber"])
    window.page.keyboard.press("Escape")
    _filters(window, 1).get_by_role("button", name="Clear filters").click()
    expect(names).to_have_text(["Midday Weber", *(name for name in newest_first if name != "Midday Weber")])


def test_whose_fan_comes_to_carry_the_tag_is_in_the_list_although_she_was_on_no_page(
    window: Window, mia: Creator
) -> None:
    """An event names the fan alone; her conversation is further down than was scrolled to."""
    many = {f"Fan{number:02} Weber": ("SANDBOX", datetime(2026, 2, 10, 1, number, tzinfo=UTC)) for number in range(45)}
    mia.stores(lambda owner: _talks(mia, owner, {"Robin Weber": ("SANDBOX", datetime(2026, 2, 9, tzinfo=UTC))} | many))
    mia.ask(TAG, {"input": {"id": mia.fan_id("Fan07 Weber"), "addTags": ["vip"]}})
    window.open()
    expect(window.rows.first).to_contain_text("Fan44 Weber")
    _filters(window, 0).get_by_label("Carry all of these tags").fill("vip")
    window.page.keyboard.press("Enter")
    names = window.conversations.locator(".row-name")
    expect(names).to_have_text(["Fan07 Weber"])
    mia.ask(TAG, {"input": {"id": mia.fan_id("Robin Weber"), "addTags": ["vip"]}})
    expect(names).to_have_text(["Fan07 Weber", "Robin Weber"])
