"""`python -m services.devstack.launch PID_FILE COMMAND...`: becomes COMMAND, known by its pid file.

It leads a session of its own, so that Ctrl-C in the terminal reaches the supervisor alone, and on Linux it is told
to end when the supervisor dies, whatever the supervisor died of.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from pathlib import Path

from services.devstack.lock import PidFile

PR_SET_PDEATHSIG = 1


def end_with_parent() -> None:
    """SIGTERM for this process when its parent dies. Elsewhere than on Linux the pid files have to do."""
    if sys.platform != "linux":
        return
    parent = os.getppid()
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # it died in between
        os.kill(os.getpid(), signal.SIGTERM)


def main(arguments: list[str]) -> None:
    pid_file, *command = arguments
    lock = PidFile(Path(pid_file))
    if not lock.acquire():
        sys.exit(f"{command[0]} is already running ({pid_file})")
    lock.keep_through_exec()
    end_with_parent()
    os.execvp(command[0], command)  # noqa: S606 - that is what it is for


if __name__ == "__main__":
    main(sys.argv[1:])
