"""Names: ours are found before those of the package index, and each says what its file is about."""

from __future__ import annotations

import ast
import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.sources import PACKAGES, ROOT, kept_files, product_modules

LONGEST_FILE = 300
LONGEST_TEST_FILE = 450  # a table of cases is as long as there are cases
COUNTED = {".py", ".ts", ".tsx", ".css", ".sh"}
MIGRATIONS = ROOT / "db" / "migrations" / "versions"  # each is written once and describes a whole step
VAGUE = re.compile(r"(?:^|_)(?:utils?|helpers?|manager)(?:_|$)|^(?:common|misc|shared|core|stuff)$")
VAGUE_CLASS = re.compile(r"(?:Util|Utils|Helper|Helpers|Manager|Impl)$")
WHERE = "import json, sys, importlib.util as i; print(json.dumps([i.find_spec(n).origin for n in sys.argv[1:]]))"


@pytest.mark.parametrize("name", [*PACKAGES, "server"])
def test_a_package_name_leads_to_ours(name: str) -> None:
    """The package index has packages called `schema` and `db` too."""
    found = importlib.util.find_spec(name)
    assert found is not None
    assert Path(str(found.origin)) == _home(name)


def test_they_lead_to_ours_in_a_process_of_its_own_too() -> None:
    names = [*PACKAGES, "server"]
    done = subprocess.run((sys.executable, "-c", WHERE, *names), cwd=ROOT, capture_output=True, text=True, check=True)
    assert [Path(origin) for origin in json.loads(done.stdout)] == [_home(name) for name in names]


def test_every_folder_of_tests_is_a_package_below_tests() -> None:
    """Else pytest would import `tests/schema` as `schema`."""
    folders = {path.parent for path in (ROOT / "tests").rglob("*.py")}
    assert [folder for folder in folders if not (folder / "__init__.py").is_file()] == []


def test_no_file_is_too_long() -> None:
    assert [name for path in kept_files() if (name := _too_long(path))] == []


def test_no_name_is_vague() -> None:
    named = [path for path in kept_files() if path.suffix in {".py", ".ts", ".tsx"}]
    parts = {part for path in named for part in path.relative_to(ROOT).with_suffix("").parts}
    assert sorted(part for part in parts if VAGUE.search(part.lower())) == []


def test_no_class_has_a_vague_name() -> None:
    trees = {path: ast.parse(path.read_text()) for path in product_modules()}
    classes = {node.name for tree in trees.values() for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}
    assert sorted(name for name in classes if VAGUE_CLASS.search(name)) == []


@pytest.mark.parametrize("name", ["utils", "test_helpers", "session_manager", "common", "http_util"])
def test_a_vague_name_is_noticed(name: str) -> None:
    assert VAGUE.search(name)


@pytest.mark.parametrize("name", ["commons_licence", "managers", "corelation", "retry", "fans"])
def test_a_telling_name_is_let_pass(name: str) -> None:
    assert not VAGUE.search(name)


def _home(name: str) -> Path:
    return ROOT / "server.py" if name == "server" else ROOT / name / "__init__.py"


def _too_long(path: Path) -> str | None:
    if path.suffix not in COUNTED or path.parent == MIGRATIONS:
        return None
    lines = len(path.read_text(encoding="utf-8").splitlines())
    allowed = LONGEST_TEST_FILE if path.is_relative_to(ROOT / "tests") else LONGEST_FILE
    return f"{path.relative_to(ROOT)}: {lines}" if lines > allowed else None
