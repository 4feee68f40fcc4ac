"""Who imports whom: the contracts of pyproject.toml hold, and each of them notices what it forbids."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.sources import PACKAGES, ROOT

CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
LINT = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"
EVERYTHING_BUT_DEVSTACK = "Embedded parts are started by the devstack alone"
FORBIDDEN = (
    ("resolvers > schema > services > db", "db/climbs.py", "import services.problems", "db.climbs -> services"),
    ("resolvers > schema > services > db", "services/climbs.py", "import schema.ids", "services.climbs -> schema"),
    ("resolvers > schema > services > db", "schema/climbs.py", "import resolvers.root", "schema.climbs -> resolvers"),
    ("Nobody imports the application", "resolvers/climbs.py", "import server", "resolvers.climbs -> server"),
    ("Services and the database know neither", "services/asks.py", "import graphql", "services.asks -> graphql"),
    (EVERYTHING_BUT_DEVSTACK, "services/live/starts.py", "import services.devstack.ports", "live.starts -> services"),
    (EVERYTHING_BUT_DEVSTACK, "services/fans/starts.py", "import moto", "services.fans.starts -> moto"),
    ("AWS is spoken to in one module", "services/sending/asks.py", "import aioboto3", "sending.asks -> aioboto3"),
    ("AWS is spoken to in one module", "services/devstack/asks.py", "import botocore", "devstack.asks -> botocore"),
)


def test_the_contracts_hold() -> None:
    code, said = _lint(ROOT)
    assert code == 0, said
    assert f"Contracts: {len(CONTRACTS)} kept, 0 broken." in said


@pytest.fixture(scope="module")
def complaints(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What the linter says of a copy of our sources to which all forbidden imports were added."""
    copy = tmp_path_factory.mktemp("forbidden")
    shutil.copy(ROOT / "pyproject.toml", copy)
    for package in PACKAGES:
        shutil.copytree(ROOT / package, copy / package, ignore=shutil.ignore_patterns("__pycache__"))
    for _, place, statement, _ in FORBIDDEN:
        (copy / place).write_text(f"{statement}\n")
    code, said = _lint(copy)
    assert code == 1, said
    return said


@pytest.mark.parametrize(("contract", "place", "statement", "complaint"), FORBIDDEN)
def test_a_forbidden_import_is_noticed(
    complaints: str, contract: str, place: str, statement: str, complaint: str
) -> None:
    verdicts = [line for line in complaints.splitlines() if line.startswith(contract)]
    assert any(" BROKEN" in line for line in verdicts), complaints
    assert complaint in complaints


def test_every_part_of_the_services_is_kept_from_the_embedded_stores() -> None:
    [listed] = [each["source_modules"] for each in CONTRACTS if each["name"] == EVERYTHING_BUT_DEVSTACK]
    parts = {f"services.{path.stem}" for path in (ROOT / "services").iterdir() if not path.name.startswith("__")}
    assert {name for name in listed if name.startswith("services.")} == parts - {"services.devstack", "services.cli"}


def test_the_application_starts_no_embedded_part_and_asks_no_database_by_itself() -> None:
    """server.py is a single module, which import-linter cannot look into."""
    imported = _imports(ROOT / "server.py")
    ours = {name for name in imported if name.split(".")[0] in PACKAGES}
    assert {name.split(".")[0] for name in ours} == {"resolvers", "services"}
    assert not {name for name in ours if name.startswith(("services.devstack", "services.cli", "services.workers"))}


def _imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            found.add(node.module or "")
    return found


def _lint(folder: Path) -> tuple[int, str]:
    command = (sys.executable, "-c", LINT, "--no-logo", "--no-cache")
    done = subprocess.run(command, check=False, cwd=folder, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout + done.stderr
