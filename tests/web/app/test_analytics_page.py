"""The figures against known data: paid and tipped through the sandbox platform, offered by real messages."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime

from playwright.sync_api import Route, expect

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


def test_who_paid_most_and_has_no_conversation_is_found_in_the_list_of_fans(window: Window, mia: Creator) -> None:
    mia.fan("Alex Morgan", valueCents=42_500)
    mia.fan("Robin Weber", handle=None, valueCents=1_000)
    window.open("/analytics")
    page = window.page
    for name in ("Alex Morgan", "Robin Weber"):
        page.get_by_role("region", name="Who paid most").get_by_role("link", name=name).click()
        expect(page.locator("tbody .fan-names b")).to_have_text([name])
        expect(page.get_by_role("button", name=f"Write to {name}")).to_be_visible()
        page.go_back()


def test_days_of_ones_own_are_asked_for_once_they_are_plausible(window: Window, mia: Creator) -> None:
    mia.fan("Alex Morgan", valueCents=42_500)
    page = window.page
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.post_data or ""))
    window.open("/analytics")
    csv_button = page.get_by_role("button", name="CSV")
    expect(csv_button).to_be_enabled()
    page.get_by_label("Own", exact=True).check()
    page.get_by_label("From", exact=True).fill("0002-11-20")
    expect(page.get_by_role("alert")).to_have_text("A year has four digits, and none is before 2000.")
    expect(csv_button).to_be_disabled()
    page.get_by_label("From", exact=True).fill("2026-11-20")
    page.get_by_label("To", exact=True).fill("2026-11-10")
    expect(page.get_by_role("alert")).to_have_text("The first day lies after the last.")
    page.get_by_label("To", exact=True).fill("2150-01-01")
    expect(page.get_by_role("alert")).to_contain_text("It must be from 2000-01-01 to 2100-12-31.")
    expect(csv_button).to_be_disabled()
    page.get_by_label("To", exact=True).fill("2026-11-22")
    expect(csv_button).to_be_enabled()
    with page.expect_download() as started:
        csv_button.click()
    assert started.value.suggested_filename == "huntaze-2026-11-20-2026-11-22.csv"
    assert len(started.value.path().read_text().splitlines()) == 4
    assert not any('"0002-11-20"' in each or '"2026-11-10"' in each for each in asked)


def test_figures_of_before_are_not_saved_under_the_name_of_others(window: Window) -> None:
    page = window.page
    window.open("/analytics")
    csv_button = page.get_by_role("button", name="CSV")
    expect(csv_button).to_be_enabled()
    held: list[Route] = []
    page.route("**/graphql", lambda route: held.append(route) if _asks_for_months(route) else route.continue_())
    page.get_by_label("Table", exact=True).check()
    first = page.get_by_role("cell").first
    expect(first).to_have_text(re.compile(r"^\d+ \w+ \d{4}$"))
    page.get_by_label("Months", exact=True).check()
    expect(csv_button).to_be_disabled()
    expect(first).to_have_text(re.compile(r"^\d+ \w+ \d{4}$"))
    held[0].continue_()
    expect(csv_button).to_be_enabled()
    expect(first).to_have_text(re.compile(r"^\w+ \d{4}$"))


def _asks_for_months(route: Route) -> bool:
    return '"interval":"MONTH"' in (route.request.post_data or "")
