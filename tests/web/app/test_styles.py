"""Styles stay once they are fetched: what one page says of a name, no other one may say differently."""

from __future__ import annotations

import re
from collections import defaultdict

from tests.sources import ROOT

STYLES = ROOT / "web" / "app" / "src" / "styles"
BLOCK = re.compile(r"([^{}]+)\{([^{}]*)\}")
MEDIA = re.compile(r"@media ([^{]+)\{((?:[^{}]+\{[^{}]*\})*)\s*\}")


def declared(style: str) -> dict[tuple[str, str, str], str]:
    """(media, selector, property) and the value it is given."""
    style = re.sub(r"/\*.*?\*/", "", style, flags=re.DOTALL)
    parts = [("", MEDIA.sub("", style)), *((media.strip(), inner) for media, inner in MEDIA.findall(style))]
    return {
        (media, selector.strip(), name.strip()): value.strip()
        for media, inner in parts
        for selectors, block in BLOCK.findall(inner)
        for selector in re.split(r",(?![^(]*\))", selectors)
        for name, value in (line.split(":", 1) for line in block.split(";") if ":" in line)
    }


def test_no_two_pages_say_different_things_of_one_name() -> None:
    first = set(re.findall(r'styles/([\w-]+\.css)"', (ROOT / "web/app/src/main.tsx").read_text()))
    first |= set(re.findall(r'styles/([\w-]+\.css)"', (ROOT / "web/app/src/pages/inbox/InboxPage.tsx").read_text()))
    values: dict[tuple[str, str, str], dict[str, str]] = defaultdict(dict)
    for path in sorted(STYLES.glob("*.css")):
        for place, value in declared(path.read_text()).items():
            values[place][path.name] = value
    # Those of the first page come in one file, in a known order.
    different = {
        place: given for place, given in values.items() if len(set(given.values())) > 1 and not set(given) <= first
    }
    assert different == {}
