"""The import page looks at a file as the server reads it: the same names of columns, the same delimiters."""

from __future__ import annotations

import json
import re
from typing import Any

from services.fans.imports.columns import REASON, TITLES
from services.fans.imports.records import DELIMITERS
from tests.sources import ROOT

PAGE = ROOT / "web" / "app" / "src" / "pages" / "imports" / "columns.ts"


def _list(name: str) -> Any:
    """A list of the page's source, which is written as JSON would write it but for the last comma."""
    found = re.search(rf"const {name}: [^\n]* = (\[.*?\]);", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert found, name
    return json.loads(re.sub(r",(\s*)\]$", r"\1]", found[1]))


def test_the_page_knows_the_columns_that_the_server_knows() -> None:
    assert {title: tuple(names) for title, names in _list("TITLES")} == dict(TITLES)
    assert [title for title, _ in _list("TITLES")] == list(TITLES)


def test_the_page_knows_the_delimiters_and_the_column_of_reasons() -> None:
    assert tuple(_list("DELIMITERS")) == DELIMITERS
    assert f'const REASON = "{REASON}";' in PAGE.read_text(encoding="utf-8")
