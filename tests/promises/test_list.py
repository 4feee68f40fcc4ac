"""The list of promises in the docs names tests that there are, and every test of this folder."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "delivery.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (\d+) .+? \| (.+) \|$", PAGE, re.MULTILINE)
NAMED = re.findall(r"`([\w/]+\.py)::(\w+)`", PAGE)
PROMISES = {
    "limit",
    "nothing_lost",
    "interrupted",
    "turns",
    "queue_away",
    "stores_away",
    "restart",
    "live_events",
    "campaigns",
}


def test_all_ten_promises_are_listed_each_with_a_test() -> None:
    assert [int(number) for number, _ in ROWS] == list(range(1, 11))
    assert all("::test_" in tests for _, tests in ROWS)


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_a_named_test_exists(file: str, name: str) -> None:
    path = ROOT / file if "/" in file else ROOT / "tests" / "promises" / file
    assert re.search(rf"^(?:async )?def {name}\(", path.read_text(encoding="utf-8"), re.MULTILINE)


def test_every_promise_test_is_named() -> None:
    files = [ROOT / "tests" / "promises" / f"test_{promise}.py" for promise in (*PROMISES, "queue_status")]
    there = {(path.name, name) for path in files for name in re.findall(r"def (test_\w+)\(", path.read_text())}
    assert there - set(NAMED) == set()
