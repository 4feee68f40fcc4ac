"""The figures against known data: paid and tipped through the sandbox platform, offered by real messages."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

from playwright.sync_api import expect

from tests.waiting import eventually
from tests.web.app.creator import Creator
from tests.web.app.window import Window

PICTURE = [{"type": "IMAGE", "url": "https://media.example/set.jpg"}]


def _figure(window: Window, name: str) -> str:
    return (
        window.page.locator(".figure-card")
        .filter(has=window.page.locator("dt", has_text=name))
        .locator(".figure")
        .inner_text()
    )


def test_the_figures_are_those_of_the_payments(window: Window, mia: Creator) -> None:
    mia.hears("Hello", "Robin Weber")
    mia.hears("Hi", "Alex Morgan")
    robin, alex = mia.conversation("Robin Weber"), mia.conversation("Alex Morgan")
    for talk, cents in ((robin, 1_500), (alex, 2_500), (alex, 1_000)):
        mia.sends(conversationId=talk, text="A new set", priceCents=cents, attachments=PICTURE)
    mia.unlocks("Robin Weber")
    mia.tips("Robin Weber", "7.50")
    expected = {"revenueCents": 2_250, "offeredCents": 5_000, "purchases": 1, "tipsCents": 750}

    async def counted() -> bool:
        totals = "{ analytics { totals { revenueCents offeredCents purchases tipsCents } } }"
        return bool((await mia.client().run(totals))["analytics"]["totals"] == expected)

    mia.running.do(eventually(counted, 30, "the payments"))
    window.open("/analytics")
    expect(window.page.locator(".paid-line")).to_be_visible()
    assert _figure(window, "Paid in this range") == "$22.50"
    assert _figure(window, "Unlocked") == "1"
    assert _figure(window, "Fans") == "2"
    assert _figure(window, "Paid in all") == "$22.50"
    expect(window.page.get_by_text("30 % of what was offered, and $7.50 in tips")).to_be_visible()
    top = window.page.get_by_role("region", name="Who paid most").get_by_role("listitem")
    expect(top.first).to_contain_text("Robin Weber")
    expect(top.first).to_contain_text("$22.50")

    window.page.locator(".chart > svg").focus()
    window.page.keyboard.press("ArrowLeft")
    expect(window.page.locator(".chart-told")).to_contain_text("paid $22.50")
    expect(window.page.locator(".chart-told")).to_contain_text("offered $50")
    window.page.get_by_label("Table", exact=True).check()
    today = window.page.get_by_role("row").last
    expect(today).to_contain_text("$22.50")
    with window.page.expect_download() as started:
        window.page.get_by_role("button", name="CSV").click()
    rows = list(csv.DictReader(io.StringIO(started.value.path().read_text())))
    assert len(rows) == 30
    assert list(rows[-1].values()) == [datetime.now(UTC).date().isoformat(), "22.50", "50.00", "1", "7.50", "3"]
    assert {row["Paid USD"] for row in rows[:-1]} == {"0.00"}


def test_filters_narrow_the_figures(window: Window, mia: Creator) -> None:
    mia.fan("Alex Morgan", tags=["vip"], valueCents=42_500)
    mia.fan("Robin Weber", valueCents=1_000)
    window.open("/analytics")
    expect(window.page.get_by_role("region", name="Who paid most").get_by_role("listitem")).to_have_count(2)
    window.page.get_by_role("button", name="All tags").click()
    window.page.get_by_label("Fans who carry all of these tags").fill("vip")
    window.page.get_by_label("Fans who carry all of these tags").press("Enter")
    top = window.page.get_by_role("region", name="Who paid most").get_by_role("listitem")
    expect(top).to_have_count(1)
    expect(top).to_contain_text("Alex Morgan")
    window.page.keyboard.press("Escape")
    window.page.get_by_label("Platform").select_option("FANSLY")
    expect(window.page.get_by_text("Nobody has paid yet.")).to_be_visible()
