"""An embedded PostgreSQL: started, or attached to where a kill -9 left it running, and stopped with its own tool.

It listens on a unix socket in a folder that only its account can enter, and on no port.
"""

from __future__ import annotations

import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from services.devstack.failure import StartFailure
from services.devstack.postgres_account import Account

DATABASE = "huntaze"
SOCKET_NAME = ".s.PGSQL.5432"
LONGEST_SOCKET_PATH = 100  # the system's limit is 104 to 108 bytes
LOCALE = ("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
OPTIONS: Mapping[str, str] = {
    "max_connections": "200",
    "logging_collector": "on",
    "log_directory": "log",
    "log_filename": "postgres-%a.log",
    "log_truncate_on_rotation": "on",
    "log_rotation_size": "0",
}


class Postgres:
    """One server. `folder` holds its tables, `programs` is the folder of its programs."""

    def __init__(
        self, folder: Path, programs: Path, account: Account, options: Mapping[str, str] | None = None
    ) -> None:
        self._folder = folder
        self._programs = programs
        self._account = account
        self._options = {**OPTIONS, **(options or {})}

    def start(self) -> str:
        """Make the tables' folder on the first start, start or attach, and return the database's URL.

        Raises StartFailure.
        """
        try:
            if not self._folder.exists():
                self._make()
            if not self._is_running():
                self._start()
            self._ensure_database()
        except (OSError, subprocess.SubprocessError) as fault:
            raise StartFailure(
                f"PostgreSQL does not start: {_reason(fault)} Look into {self._folder}/start.log and .../log."
            ) from fault
        return self.url(DATABASE)

    def stop(self, mode: str = "fast") -> None:
        """End all connections, write what is to be written, and stop. Nothing happens where it does not run.

        `mode` as pg_ctl knows it; "immediate" writes nothing, and the next start recovers as after a crash.
        """
        if self._is_running():
            self._tool("pg_ctl", "-w", "-t", "10", "-m", mode, "-D", self._folder, "stop")

    def url(self, database: str) -> str:
        return f"postgresql://postgres@/{database}?host={quote(self._socket_folder())}"

    def _make(self) -> None:
        """A folder that is half made, because somebody pulled the plug, is never taken for a whole one."""
        draft = self._folder.with_name(f"{self._folder.name}.draft")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir()
        self._account.own(draft)
        self._tool("initdb", "-U", "postgres", "--auth=trust", "--no-instructions", *LOCALE, "-D", draft)
        draft.rename(self._folder)

    def _start(self) -> None:
        options = " ".join(f"-c {name}={shlex.quote(value)}" for name, value in self._options.items())
        listen = f"-h '' -p 5432 -k {shlex.quote(str(self._new_socket_folder()))}"
        log = self._folder / "start.log"
        self._tool("pg_ctl", "-w", "-t", "60", "-l", log, "-o", f"{listen} {options}", "-D", self._folder, "start")

    def _is_running(self) -> bool:
        return self._account.succeeds(self._programs / "pg_ctl", "-D", self._folder, "status")

    def _ensure_database(self) -> None:
        asked = ("-h", self._socket_folder(), "-p", "5432", "-U", "postgres")
        query = f"SELECT 1 FROM pg_database WHERE datname = '{DATABASE}'"  # noqa: S608 - a constant
        if not self._tool("psql", *asked, "-XtAc", query, "postgres"):
            self._tool("createdb", *asked, DATABASE)

    def _socket_folder(self) -> str:
        """Line 5 of the server's own pid file: it may have been started by another process than this one."""
        return (self._folder / "postmaster.pid").read_text(encoding="utf-8").splitlines()[4]

    def _new_socket_folder(self) -> Path:
        if len(str(self._folder / SOCKET_NAME)) <= LONGEST_SOCKET_PATH:
            return self._folder
        folder = Path(tempfile.mkdtemp(prefix="huntaze-"))
        self._account.own(folder)
        return folder

    def _tool(self, name: str, *arguments: str | Path) -> str:
        return self._account.run(self._programs / name, *arguments)


def _reason(fault: Exception) -> str:
    said = fault.output if isinstance(fault, subprocess.CalledProcessError) else str(fault)
    lines = [line for line in str(said).splitlines() if line.strip()]
    return lines[-1] if lines else type(fault).__name__
