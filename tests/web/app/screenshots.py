"""`make screenshots`: every page of the application as a picture in docs/images/, light, dark and as wide as a phone.

The product runs for it with the scene of scene.py at the real pace of ten messages a minute, so that something waits.
"""

from __future__ import annotations

import base64
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.sync_api import Browser, Page, Route, ViewportSize, expect, sync_playwright

from tests.conftest import session_settings
from tests.flows.background import in_background
from tests.parts import running_postgres, running_redis, running_sqs
from tests.sources import ROOT
from tests.web.app.creator import Creator
from tests.web.app.scene import build
from tests.web.conftest import NO_OTHER_HOST, QUIET

IMAGES = ROOT / "docs" / "images"
WIDE: ViewportSize = {"width": 1360, "height": 860}
PHONE: ViewportSize = {"width": 390, "height": 844}
REAL_PACE = {"rate_limit_window_seconds": 60, "rate_limit_min_gap_seconds": 3, "writes_per_minute": 60,
             "imports_per_hour": 10, "bulk_sends_per_hour": 5}  # fmt: skip
BULK = """mutation ($input: SendBulkMessageInput!) {
  sendBulkMessage(input: $input) { campaign { id } errors { message } } }"""
FILE = """Username,Display Name,Email,Subscription Tier,Total Spent,Last Seen,Favourite
alex,Alex Morgan,alex@mail.example,VIP,$842.50,2026-11-20,blue
zoe,Zoë Park,zoe@mail.example,Gold,"$1,204.00",2026-11-24,
,,nobody@mail.example,,,,
rick,Rick,rick@mail.example,,lots,,
maya,Maya Stern,,New,12,,
ines,Inês Duarte,ines@mail.example,Gold,95,2026-11-23,
tobias,Tobias Brandt,,,40,2026-11-02,
"""
BEACH = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 300"><defs>
<linearGradient id="a" x2="0" y2="1"><stop stop-color="#f7b98b"/><stop offset=".6" stop-color="#f3d3c1"/></linearGradient>
<linearGradient id="b" x2="0" y2="1"><stop stop-color="#5f8fa8"/><stop offset="1" stop-color="#2f6470"/></linearGradient>
</defs><rect width="400" height="300" fill="url(#a)"/><circle cx="286" cy="128" r="34" fill="#fff3df"/>
<rect y="150" width="400" height="90" fill="url(#b)"/><path d="M0 228q100-22 200 4t200-8v76H0z" fill="#e7cfa9"/>
<path d="M250 162h72M262 174h48M270 186h32" stroke="#fff3df" stroke-width="3" opacity=".7"/></svg>"""  # noqa: E501
TO_WEBP = """async (png) => { const image = new Image();
  image.src = 'data:image/png;base64,' + png; await image.decode();
  const canvas = Object.assign(document.createElement('canvas'), { width: image.width, height: image.height });
  canvas.getContext('2d').drawImage(image, 0, 0);
  return canvas.toDataURL('image/webp', 0.86).split(',')[1]; }"""


@dataclass(frozen=True, slots=True)
class Shot:
    """A page, how to get to what is worth seeing, and when that is there."""

    name: str
    path: str
    prepare: Callable[[Page, bool], None]


def _inbox(page: Page, phone: bool) -> None:
    page.get_by_role("region", name="Conversations").get_by_role("link").filter(has_text="Alex Morgan").click()
    expect(page.get_by_role("log")).to_have_attribute("aria-busy", "false")
    expect(page.locator(".media img").last).to_have_js_property("complete", True)
    page.locator("[data-composer]").fill("" if phone else "Sunday it is. Sleep well before")


def _list(page: Page, phone: bool) -> None:
    expect(page.get_by_role("region", name="Conversations").get_by_role("link").first).to_be_visible()
    if not phone:
        page.get_by_label("To answer").check()
        expect(page.get_by_role("region", name="Conversations").get_by_role("link").first).to_be_visible()


def _new_campaign(page: Page, phone: bool) -> None:
    page.get_by_label("Text", exact=True).fill(
        "Hi {name}, the winter set is ready: nine pictures, and the red chair is in four of them. Yours a day early."
    )
    expect(page.get_by_role("region", name="What will happen")).to_contain_text("Done about")
    if phone:
        page.get_by_role("region", name="What will happen").scroll_into_view_if_needed()


def _import(page: Page, phone: bool) -> None:
    file = Path(tempfile.mkdtemp()) / "fans-november.csv"
    file.write_text(FILE, encoding="utf-8")
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_role("region", name="Rows with errors")).to_be_visible()


def _campaign(page: Page, phone: bool) -> None:
    page.get_by_role("link").filter(has_text="Winter set").click()
    expect(page.get_by_role("region", name="Recipients").get_by_role("listitem").first).to_be_visible()


def _edit_campaign(page: Page, phone: bool) -> None:
    page.get_by_role("link").filter(has_text="New Year greeting").click()
    page.get_by_role("link", name="Edit").click()
    expect(page.get_by_role("heading", name="Edit New Year greeting")).to_be_visible()


def _sign_in(page: Page, phone: bool) -> None:
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("alertdialog", name="Huntaze CRM")).to_be_visible()


def _seen(selector: str) -> Callable[[Page, bool], None]:
    return lambda page, phone: expect(page.locator(selector).first).to_be_visible()


BEFORE = (
    Shot("inbox", "/", _inbox),
    Shot("list", "/", _list),
    Shot("fans", "/fans", _seen("tbody tr")),
    Shot("import", "/fans/import", _import),
    Shot("analytics", "/analytics", _seen(".paid-line")),
    Shot("settings", "/settings", _seen(".allowances li")),
    Shot("sign-in", "/settings", _sign_in),  # the last one: the token is forgotten
)
DURING = (
    Shot("campaigns", "/campaigns", _seen(".campaign")),
    Shot("campaign", "/campaigns", _campaign),
    Shot("queue", "/queue", _seen(".failure")),
    Shot("new-campaign", "/campaigns/new", _new_campaign),
    Shot("edit-campaign", "/campaigns", _edit_campaign),
)


def schedule(creator: Creator) -> None:
    """A message that waits for its time."""
    creator.sends(
        conversationId=creator.conversation("Alex Morgan"),
        text="Sunday's surprise, for you first.",
        scheduledAt=_tomorrow(),
    )


def begin_campaigns(creator: Creator) -> None:
    """One is being sent, one waits for its time, one is a draft; and something has failed."""
    creator.fault("status", status=422, body={"message": "This account cannot receive messages."})
    creator.sends(
        conversationId=creator.conversation("Hana Kobayashi"), text="The summer set: in June again, promised."
    )
    ids = [each["id"] for each in creator.ask("{ fans(first: 24) { nodes { id } } }")["fans"]["nodes"]]
    usual = {"type": "BULK_MESSAGE", "accountId": creator.account_ids["Mia"]}
    content = "Hi {name}, the winter set is ready. Yours a day early."
    for given in (
        {"campaignName": "New Year greeting", "recipientIds": ids[:8], "content": "Happy New Year!", "draft": True},
        {"campaignName": "Sunday surprise", "recipientIds": ids[:12], "content": "{name}!", "scheduledAt": _tomorrow()},
        {"campaignName": "Winter set", "recipientIds": ids, "content": content},
    ):
        made = creator.ask(BULK, {"input": usual | given})["sendBulkMessage"]
        assert made["errors"] == []


def _tomorrow() -> str:
    return (datetime.now(UTC) + timedelta(days=1)).replace(hour=18, minute=0, second=0, microsecond=0).isoformat()


def take(browser: Browser, creator: Creator, name: str, shots: tuple[Shot, ...]) -> None:
    """Some pages in one appearance: `light`, `dark` or `phone`."""
    phone = name == "phone"
    with browser.new_context(
        color_scheme="dark" if name == "dark" else "light",
        reduced_motion="reduce",
        locale="en-GB",
        viewport=PHONE if phone else WIDE,
        device_scale_factor=2 if phone else 1,
        has_touch=phone,
    ) as context:
        page = context.new_page()
        page.route("https://pictures.example/*", _picture)
        page.goto(f"{creator.url}/#token={creator.token()}")
        for shot in shots:
            page.goto(creator.url + shot.path)
            shot.prepare(page, phone)
            page.mouse.move(0, 0)
            page.wait_for_timeout(600)  # a picture of a page at rest; nothing is tested here
            _keep(browser, page, IMAGES / f"{shot.name}-{name}.webp")


def _picture(route: Route) -> None:
    route.fulfill(content_type="image/svg+xml", body=BEACH)


def _keep(browser: Browser, page: Page, file: Path) -> None:
    """As WebP, which is a third of the PNG; the browser encodes it."""
    png = page.screenshot()
    if len(sys.argv) > 1:
        (Path(sys.argv[1]) / f"{file.stem}.png").write_bytes(png)
    with browser.new_context() as context:
        encoded = context.new_page().evaluate(TO_WEBP, base64.b64encode(png).decode("ascii"))
    file.write_bytes(base64.b64decode(encoded))
    print(f"{file.relative_to(ROOT)}  {file.stat().st_size // 1024} kB")


def main() -> None:
    """With a folder as argument, the pictures are left there as PNG, too."""
    expect.set_options(timeout=60_000)
    with (
        running_postgres() as postgres,
        running_redis() as redis,
        running_sqs() as sqs,
        session_settings(postgres, redis, sqs) as settings,
        in_background(settings.model_copy(update=REAL_PACE)) as running,
        sync_playwright() as playwright,
    ):
        arguments = ["--no-sandbox", "--disable-sync", NO_OTHER_HOST, *QUIET]
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=arguments)
        creator = Creator(running, "demo", "acct_demo")
        creator.connect("Mia")
        running.do(build(creator))
        schedule(creator)
        for name in ("light", "dark", "phone"):
            take(browser, creator, name, BEFORE)
        begin_campaigns(creator)
        for name in ("light", "dark", "phone"):
            take(browser, creator, name, DURING)
        browser.close()


if __name__ == "__main__":
    main()
