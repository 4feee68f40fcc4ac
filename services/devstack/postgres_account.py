"""Who runs PostgreSQL: ourselves, or, because it refuses to run as root, a system user made for it."""

from __future__ import annotations

import os
import pwd
import subprocess
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.devstack.failure import StartFailure

SYSTEM_USER = "pgserver"


@dataclass(frozen=True, slots=True)
class Account:
    """The ids PostgreSQL runs under; `switch` is False where they are our own."""

    uid: int
    gid: int
    switch: bool

    def run(self, *command: str | Path, timeout_seconds: float = 60) -> str:
        """Run a program as this account and return what it said, out of reach of the terminal's Ctrl-C.

        Raises subprocess.CalledProcessError with the output where it fails.
        """
        ids: dict[str, Any] = {"user": self.uid, "group": self.gid, "extra_groups": []} if self.switch else {}
        with tempfile.TemporaryFile() as output:  # not a pipe: a server that is started would keep it open
            ended = subprocess.run(
                [str(word) for word in command],
                cwd="/",
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                timeout=timeout_seconds,
                check=False,
                **ids,
            )
            output.seek(0)
            said = output.read().decode("utf-8", "replace").strip()
        if ended.returncode:
            raise subprocess.CalledProcessError(ended.returncode, ended.args, said)
        return said

    def succeeds(self, *command: str | Path) -> bool:
        try:
            self.run(*command)
        except (OSError, subprocess.SubprocessError):
            return False
        return True

    def can_enter(self, folder: Path) -> bool:
        return not self.switch or self.succeeds("test", "-x", folder)

    def own(self, folder: Path) -> None:
        """Give an existing folder to this account, and to nobody else."""
        os.chown(folder, self.uid, self.gid)
        folder.chmod(0o700)


def current_account() -> Account:
    """Raises StartFailure where we are root and no system user can be made."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), switch=False)
    try:
        entry = _system_user()
    except (OSError, KeyError, subprocess.CalledProcessError) as fault:
        raise StartFailure(
            f"PostgreSQL does not run as root, and no user '{SYSTEM_USER}' could be made for it: "
            f"run `useradd {SYSTEM_USER}`, start as an ordinary user, or give DATABASE_URL."
        ) from fault
    return Account(entry.pw_uid, entry.pw_gid, switch=True)


def _system_user() -> pwd.struct_passwd:
    with suppress(KeyError):
        return pwd.getpwnam(SYSTEM_USER)
    nowhere = ("--no-create-home", "--shell", "/usr/sbin/nologin")
    subprocess.run(["useradd", "--system", *nowhere, SYSTEM_USER], check=True, capture_output=True)
    return pwd.getpwnam(SYSTEM_USER)


def _environment() -> dict[str, str]:
    """Ours without PGPORT, PGDATA and their like, which would redirect the server's own programs."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")} | {"LC_ALL": "C"}
