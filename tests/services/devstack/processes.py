"""Stand-in programs: small Python scripts that say what they do."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from services.devstack.supervisor import ROOT, Program

LIVES_ON = """
import signal, sys
def end(*_):
    print("ended", flush=True)
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
print("up", flush=True)
while True:
    signal.pause()
"""
STUBBORN = """
import signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("up", flush=True)
while True:
    signal.pause()
"""


def script(name: str, text: str, grace_seconds: float = 10) -> Program:
    return Program(name, (sys.executable, "-c", text), {"GREETING": "hello"}, grace_seconds)


def launch(pid_file: Path, text: str) -> subprocess.Popen[str]:
    """Start a script with a pid file and wait until it says something."""
    command = (sys.executable, "-m", "services.devstack.launch", str(pid_file), sys.executable, "-c", text)
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    process.stdout.readline()
    return process
