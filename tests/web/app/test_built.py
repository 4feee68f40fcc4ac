"""What the build gives: small to begin with, and nothing in it that leads to another host."""

from __future__ import annotations

import re

import pytest

from tests.sources import ROOT

DIST = ROOT / "web" / "app" / "dist"
BUDGET = 250_000
# Fonts of the first page: text and headings in Latin letters. Other letters are fetched when they are met.
FIRST_FONTS = ("figtree-latin-wght", "bricolage-grotesque-latin-wght")


@pytest.fixture(scope="module")
def page() -> str:
    index = DIST / "index.html"
    assert index.is_file(), "the pages are not built: run `make pages`"
    return index.read_text()


def first_files(page: str) -> list[str]:
    """What the browser fetches before the first page is there: what the page names, and the fonts in use."""
    named = re.findall(r'(?:src|href)="/assets/([^"]+)"', page)
    fonts = [path.name for path in (DIST / "assets").iterdir() if path.name.startswith(FIRST_FONTS)]
    return [*named, *fonts]


@pytest.mark.parametrize(("ending", "name"), [(".br", "brotli"), (".gz", "gzip")])
def test_the_first_page_is_small(page: str, ending: str, name: str) -> None:
    files = first_files(page)
    assert len([file for file in files if file.endswith(".js")]) >= 1
    assert len([file for file in files if file.endswith(".woff2")]) == len(FIRST_FONTS)
    sizes = {}
    for file in files:
        smaller = DIST / "assets" / f"{file}{ending}"
        sizes[file] = (smaller if smaller.is_file() else DIST / "assets" / file).stat().st_size
    assert sum(sizes.values()) < BUDGET, (name, sizes)


def test_the_charts_are_fetched_when_they_are_looked_at(page: str) -> None:
    [charts] = (DIST / "assets").glob("RevenueChart-*.js")
    [figures] = (DIST / "assets").glob("AnalyticsPage-*.js")
    assert charts.stat().st_size > 3 * figures.stat().st_size  # what they are drawn with lies in no other part
    assert charts.name not in page


def test_nothing_leads_to_another_host(page: str) -> None:
    assert re.findall(r'(?:src|href)="(?!/)', page) == []
    for style in (DIST / "assets").glob("*.css"):
        assert re.findall(r"url\((?![\"']?(?:/assets/|\./))", style.read_text()) == [], style.name
