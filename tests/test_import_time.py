"""Importing a module does no work: no socket, thread, process or file is opened, and no environment is read."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.sources import PACKAGES, ROOT, RUN_BY_ALEMBIC, module_name, product_modules

# Everything is imported twice. After the first time the libraries are there, so that what happens the second time
# happens because a module of ours asks for it.
IMPORT_TWICE = """
import importlib, json, os, sys, threading

names, ours = json.loads(sys.argv[1]), set(json.loads(sys.argv[2]))
for name in names:
    importlib.import_module(name)
for name in [name for name in sys.modules if name.partition(".")[0] in ours]:
    del sys.modules[name]

watched = {"socket.__new__", "subprocess.Popen", "os.fork"}
seen, present = [], ""

def hook(event, arguments):
    source = event == "open" and str(arguments[0]).endswith((".py", ".pyc"))
    if event in watched or (event == "open" and isinstance(arguments[0], (str, bytes)) and not source):
        seen.append(f"{present}: {event}")

def reading(method):
    def read(environ, name):
        if not name.startswith(("PYDANTIC_", "STRAWBERRY_")):  # what these ask for each class is theirs
            seen.append(f"{present}: environment {name}")
        return method(environ, name)
    return read

def starting(method):
    def start(thread):
        seen.append(f"{present}: thread {thread.name}")
        return method(thread)
    return start

sys.addaudithook(hook)
os._Environ.__getitem__ = reading(os._Environ.__getitem__)
threading.Thread.start = starting(threading.Thread.start)
for present in names:
    importlib.import_module(present)
found, present = seen[:], ""
print(json.dumps(found))
"""
NAMES = [module_name(path) for path in product_modules() if path != RUN_BY_ALEMBIC]


def _work_done(names: list[str], folder: Path) -> list[str]:
    command = (sys.executable, "-c", IMPORT_TWICE, json.dumps(names), json.dumps([*PACKAGES, "server", "busy"]))
    done = subprocess.run(command, check=False, cwd=folder, capture_output=True, text=True, timeout=90)
    assert done.returncode == 0, done.stderr
    found: list[str] = json.loads(done.stdout)
    return found


def test_no_module_does_work_when_it_is_imported() -> None:
    assert _work_done(NAMES, ROOT) == []


@pytest.mark.parametrize(
    ("statement", "work"),
    [
        ("import socket; s = socket.socket()", "busy: socket.__new__"),
        ("import threading; t = threading.Thread(target=print); t.start()", "busy: thread Thread-"),
        ("import subprocess; subprocess.run(['true'])", "busy: subprocess.Popen"),
        ("import pathlib; pathlib.Path('note').read_text()", "busy: open"),
        ("import os; os.environ.get('HOME')", "busy: environment HOME"),
        ("import os; os.getenv('HOME')", "busy: environment HOME"),
    ],
)
def test_work_is_noticed(tmp_path: Path, statement: str, work: str) -> None:
    (tmp_path / "note").write_text("")
    (tmp_path / "busy.py").write_text(statement)
    assert any(found.startswith(work) for found in _work_done(["busy"], tmp_path))
