"""A file of fans: its columns, a dry run, the errors row by row, the import, its undoing; and the way out again."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from uuid import UUID

from playwright.sync_api import JSHandle, Locator, Page, Request, Route, expect

from db.models import FanImport, new_id
from schema import ids
from tests.web.app.creator import Creator
from tests.web.app.window import Window

FANS = "{ fans(first: 50, orderBy: {field: NAME, direction: ASC}) { nodes { name valueCents tags } } }"
FILE = """Username,Display Name,Email,Subscription Tier,Total Spent,Last Seen,Favourite
alex,Alex Morgan,alex@mail.example,VIP,$842.50,2026-11-20,blue
zoe,Zoë Park,zoe@mail.example,Gold,"$1,204.00",2026-11-24,
,,nobody@mail.example,,,,
rick,Rick,rick@mail.example,,lots,,
maya,Maya Stern,,New,12,,
"""
FILE_IN_HAND = """([name, text]) => { const data = new DataTransfer();
  data.items.add(new File([text], name, { type: "text/csv" })); return data; }"""
DRAG = """(target, [kind, dataTransfer]) =>
  target.dispatchEvent(new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true }))"""


def choose(page: Page, folder: Path, name: str, content: str, encoding: str = "utf-8") -> None:
    file = folder / name
    file.write_text(content, encoding=encoding)
    page.locator("input[type=file]").set_input_files(file)


def test_an_import_with_errors_is_looked_at_done_and_undone(window: Window, mia: Creator, tmp_path: Path) -> None:
    mia.fan("Alex Morgan", handle="alex", valueCents=100)
    window.open("/fans/import")
    page = window.page
    choose(page, tmp_path, "fans.csv", FILE)
    expect(page.locator(".columns .pill.good")).to_have_count(6)
    expect(page.get_by_text("Passed over: Favourite")).to_be_visible()
    page.get_by_role("button", name="Check the file").click()
    outcome = page.get_by_role("region", name="What would happen")
    expect(outcome.locator(".figure")).to_have_text(["2", "0", "1", "2"])
    errors = page.get_by_role("region", name="Rows with errors").get_by_role("row")
    expect(errors).to_have_count(3)
    expect(errors.nth(1)).to_contain_text("3")
    expect(errors.nth(2)).to_contain_text("Total Spent")
    assert [each["name"] for each in mia.ask(FANS)["fans"]["nodes"]] == ["Alex Morgan"]  # only looked at
    with page.expect_download() as started:
        page.get_by_role("button", name="Failed rows as a file").click()
    failed = list(csv.DictReader(io.StringIO(started.value.path().read_text(encoding="utf-8-sig"))))
    assert [row["Email"] for row in failed] == ["nobody@mail.example", "rick@mail.example"]

    page.get_by_role("button", name="Import 2 fans").click()
    done = page.get_by_role("region", name="Imported")
    expect(done.locator(".figure")).to_have_text(["2", "0", "1", "2"])
    stored = {each["name"]: each["valueCents"] for each in mia.ask(FANS)["fans"]["nodes"]}
    assert stored == {"Alex Morgan": 100, "Maya Stern": 1_200, "Zoë Park": 120_400}
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Undo").click()
    expect(page.get_by_role("region", name="Undone")).to_be_visible()
    assert [each["name"] for each in mia.ask(FANS)["fans"]["nodes"]] == ["Alex Morgan"]
    expect(page.get_by_role("region", name="Earlier").get_by_role("row").filter(has_text="Undone")).to_have_count(1)


def test_a_file_that_is_dropped_is_taken_and_never_opened_by_the_browser(window: Window, mia: Creator) -> None:
    window.open("/fans/import")
    page = window.page
    place = page.locator(".drop")
    wrong, right = _in_hand(page, "fans.xlsx", "no table"), _in_hand(page, "fans.csv", "Username,Spent\nalex,5\n")
    assert _is_taken(place, "dragover", wrong)
    expect(place).to_contain_class("over")
    place.dispatch_event("dragleave", {"dataTransfer": wrong})
    expect(place).not_to_contain_class("over")
    assert _is_taken(place, "drop", wrong)
    expect(page.get_by_role("alert")).to_have_text("fans.xlsx is no CSV file. Save it as CSV first.")
    assert _is_taken(place, "dragover", right)
    assert _is_taken(place, "drop", right)
    expect(page.get_by_role("heading", name="fans.csv")).to_be_visible()
    expect(page.locator(".columns .pill.good")).to_have_text(["Username", "Total Spent"])
    page.get_by_role("button", name="Check the file").click()
    page.get_by_role("button", name="Import 1 fan").click()
    expect(page.get_by_role("region", name="Imported")).to_contain_text("fans.csv")
    assert mia.ask(FANS)["fans"]["nodes"] == [{"name": "alex", "valueCents": 500, "tags": []}]


def _in_hand(page: Page, name: str, text: str) -> JSHandle:
    """What a browser hands over where a file is dragged."""
    return page.evaluate_handle(FILE_IN_HAND, [name, text])


def _is_taken(place: Locator, kind: str, file: JSHandle) -> bool:
    """Whether the page keeps the browser from doing with the file what it does by itself."""
    return not place.evaluate(DRAG, [kind, file])


def test_an_import_is_followed_live_and_looked_at_while_that_is_away(
    window: Window, mia: Creator, tmp_path: Path
) -> None:
    looks: list[str] = []
    page = window.page
    page.on("request", lambda request: looks.append(request.url) if "query FanImport(" in _body(request) else None)
    window.open("/fans/import")
    choose(page, tmp_path, "fans.csv", FILE)
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_role("region", name="What would happen").locator(".figure")).to_have_text(["3", "0", "0", "2"])
    assert looks == []
    page.route_web_socket("**/graphql", lambda socket: socket.close())
    page.reload()
    choose(page, tmp_path, "fans.csv", FILE)
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_role("region", name="What would happen").locator(".figure")).to_have_text(["3", "0", "0", "2"])
    assert looks != []


def _body(request: Request) -> str:
    return request.post_data or "" if "json" in request.headers.get("content-type", "") else ""


def test_what_cannot_be_imported_is_explained_and_nothing_is_stored(
    window: Window, mia: Creator, tmp_path: Path
) -> None:
    window.open("/fans/import")
    page = window.page
    choose(page, tmp_path, "fans.xlsx", "no table")
    expect(page.get_by_role("alert")).to_have_text("fans.xlsx is no CSV file. Save it as CSV first.")
    choose(page, tmp_path, "nameless.csv", "Email,Total Spent\na@mail.example,5\n")
    expect(page.get_by_text("neither a column Username nor one Display Name")).to_be_visible()
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_role("alert")).to_contain_text("Username or Display Name must be among them")
    assert mia.ask("{ fanImports { nodes { id } } }")["fanImports"]["nodes"] == []


def test_what_the_server_reads_the_page_lets_through(window: Window, tmp_path: Path) -> None:
    window.open("/fans/import")
    page = window.page
    choose(page, tmp_path, "fans.csv", "sep=|\n\nHandle|Name|Spent\nalex|Alex|5\nzoë|Zoë|lots\n", encoding="utf-16")
    found = page.locator(".columns .pill.good")
    expect(found).to_have_text(["Username", "Display Name", "Total Spent"])
    expect(page.get_by_text("Passed over")).to_have_count(0)
    page.route("**/graphql", _without_errors)
    page.get_by_role("button", name="Check the file").click()
    outcome = page.get_by_role("region", name="What would happen")
    expect(outcome.locator(".figure")).to_have_text(["1", "0", "0", "1"])
    expect(outcome.get_by_role("alert")).to_contain_text("The rows with errors cannot be shown")
    page.unroute("**/graphql")
    with page.expect_download():  # by an address that is asked for now
        page.get_by_role("button", name="Failed rows as a file").click()
    outcome.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("region", name="Rows with errors").get_by_role("row")).to_have_count(2)


def _without_errors(route: Route) -> None:
    if "query FanImportErrors" in _body(route.request):
        route.fulfill(status=503, body="")
    else:
        route.continue_()


def test_all_imports_are_listed_and_what_has_added_fans_can_be_undone(window: Window, mia: Creator) -> None:
    mia.stores(lambda owner: [_import(owner, f"{number}.csv", inserted=1) for number in range(21)])
    mia.stores(
        lambda owner: [
            _import(owner, "changed.csv", updated=3),
            _import(owner, "broken.csv", inserted=1, status="FAILED", status_detail="A worker died too often."),
        ]
    )
    window.open("/fans/import")
    page = window.page
    rows = page.get_by_role("region", name="Earlier").locator("tbody").get_by_role("row")
    expect(rows).to_have_count(20)
    page.get_by_role("button", name="Show more").click()
    expect(rows).to_have_count(23)
    page.get_by_role("button", name="Open the import of changed.csv").click()
    expect(page.get_by_role("region", name="Imported")).to_contain_text("changed.csv")
    expect(page.get_by_role("button", name="Undo")).to_have_count(0)
    page.get_by_role("button", name="Open the import of broken.csv").click()
    expect(page.get_by_text("A worker died too often.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Undo").click()
    expect(page.get_by_role("region", name="Undone")).to_be_visible()
    expect(rows.filter(has_text="Undone")).to_have_count(1)
    expect(rows).to_have_count(23)  # fetched again as far as they were shown


def test_the_history_is_that_of_the_account_that_is_looked_at(window: Window, mia: Creator) -> None:
    mia.connect("Nora", f"{mia.account}-b")
    of = {name: ids.decode("CreatorAccount", given) for name, given in mia.account_ids.items()}
    mia.stores(
        lambda owner: [
            _import(owner, "mia.csv", creator_account_id=of["Mia"]),
            _import(owner, "nora.csv", creator_account_id=of["Nora"]),
            _import(owner, "none.csv"),
        ]
    )
    window.open("/fans/import")
    files = window.page.get_by_role("region", name="Earlier").locator("tbody").get_by_role("row")
    expect(files).to_have_count(3)
    window.look_at(1)
    expect(files).to_have_count(1)
    expect(files).to_contain_text("mia.csv")
    window.look_at(2)
    expect(files).to_have_count(1)
    expect(files).to_contain_text("nora.csv")
    window.look_at(0)
    expect(files).to_have_count(3)
    expect(files.filter(has_text="none.csv")).to_be_visible()


def _import(owner: UUID, name: str, status: str = "COMPLETED", **values: object) -> FanImport:
    return FanImport(user_id=owner, id=new_id(), platform="SANDBOX", file_name=name, status=status, **values)


def test_the_list_is_exported_as_it_is_filtered(window: Window, mia: Creator) -> None:
    mia.fan("Alex Morgan", handle="alex", tags=["vip"], valueCents=42_500)
    mia.fan("Robin Weber", handle="robin", valueCents=1_000)
    mia.fan("=HYPERLINK(1)", handle="evil", tags=["vip"], valueCents=500)
    window.open("/fans")
    page = window.page
    page.get_by_role("button", name="Filters").click()
    page.get_by_label("Carry all of these tags").fill("vip")
    page.get_by_label("Carry all of these tags").press("Enter")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Paid").click()
    expect(page.locator("tbody .fan-names b")).to_have_text(["Alex Morgan", "=HYPERLINK(1)"])
    with page.expect_download() as started:
        page.get_by_role("button", name="Export").click()
    rows = list(csv.DictReader(io.StringIO(started.value.path().read_text(encoding="utf-8-sig"))))
    assert [row["Display Name"].lstrip("'") for row in rows] == ["Alex Morgan", "=HYPERLINK(1)"]
    assert not rows[1]["Display Name"].startswith("=")
