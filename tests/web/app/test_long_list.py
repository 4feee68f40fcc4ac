"""The list of conversations where it has several pages: each of them once and in order, whatever arrives meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from playwright.sync_api import Request, Route, expect

from schema import ids
from tests.stored import conversation, fan
from tests.web.app.creator import Creator
from tests.web.app.window import Window

PAGE, TALKS = 40, 90
NAMES = [f"Fan{number:02} Weber" for number in range(TALKS)]


def _talks(mia: Creator, owner: UUID) -> Sequence[Any]:
    """One with each, a minute apart, the first the newest; the platform knows the fans by the names it will say."""
    home, now = ids.decode("CreatorAccount", mia.account_ids["Mia"]), datetime.now(UTC)
    rows: list[Any] = []
    for number, name in enumerate(NAMES):
        known = f"fan-{mia.subject}-fan{number:02}"
        who = fan(
            owner, home, name=name, platform_fan_id=known, handle=f"@fan{number:02}", handle_key=f"fan{number:02}"
        )
        talk = conversation(who)
        talk.last_message_at = now - timedelta(minutes=number + 1)
        rows += [who, talk]
    return rows


def _asks_for_more(request: Request) -> bool:
    asked = request.post_data or ""
    return "query Conversations(" in asked and '"after":null' not in asked


def test_all_conversations_are_reached_by_scrolling_each_once_and_in_order(window: Window, mia: Creator) -> None:
    mia.stores(lambda owner: _talks(mia, owner))
    asked: list[str] = []
    window.page.on("request", lambda request: asked.append(request.url) if _asks_for_more(request) else None)
    window.open()
    names = window.conversations.locator(".row-name")
    for shown in (PAGE, 2 * PAGE, TALKS):
        expect(names).to_have_text(NAMES[:shown])
        names.last.scroll_into_view_if_needed()
    expect(names.last).to_be_in_viewport()
    expect(window.conversations.get_by_label("More conversations are being fetched")).to_have_count(0)
    assert len(asked) == 2
    window.row(NAMES[-1]).click()
    expect(window.page.get_by_role("log", name=f"Messages with {NAMES[-1]}")).to_be_visible()
    expect(names).to_have_text(NAMES)


def test_what_arrives_while_more_is_fetched_neither_doubles_nor_drops_a_row(window: Window, mia: Creator) -> None:
    mia.stores(lambda owner: _talks(mia, owner))
    held: list[Route] = []
    page = window.page
    window.open()
    names = window.conversations.locator(".row-name")
    expect(names).to_have_count(PAGE)
    page.route("**/graphql", lambda route: held.append(route) if _asks_for_more(route.request) else route.continue_())
    with page.expect_request(_asks_for_more):
        names.last.scroll_into_view_if_needed()
    expect(window.conversations.get_by_label("More conversations are being fetched")).to_be_in_viewport()
    [more] = held
    answer = more.fetch()  # older than what comes now
    # One of the first page, one of the page that is on its way, one of the page behind it, and somebody new.
    writing = [NAMES[5], NAMES[60], NAMES[85], "Robin Weber"]
    for name in writing:
        mia.hears("Hello", name)
        expect(window.rows.first).to_contain_text(name)
    more.fulfill(response=answer)
    page.unroute("**/graphql")
    late = writing[::-1] + [name for name in NAMES if name not in writing]
    # The page that was on its way ends with its own last row.
    expect(names).to_have_text(late[: late.index(NAMES[2 * PAGE - 1]) + 1])
    names.last.scroll_into_view_if_needed()
    expect(names).to_have_text(late)
