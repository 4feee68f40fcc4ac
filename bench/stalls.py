"""Do the tests bear a machine that stands still now and then?

    .venv/bin/python -m bench.stalls [--seed 1] [--still 0.5 1] [--between 4 9] [tests/flows ...]

Runs them as `make test` does, and every 4 to 9 seconds stops one of their workers, or all their processes, for half a
second to a whole one. A test that fails has taken a moment's quiet for an answer. Ends with the exit code of the tests.

A worker that is stopped alone finds, as it goes on, what the processes it has started did meanwhile. What is short in a
test is met by shorter pauses, a few files at a time: `--between 0.2 1 tests/flows/test_faults.py`.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import time
from collections import defaultdict
from contextlib import suppress

ONE_WORKER = 0.7
"""How often it is one worker alone."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--still", type=float, nargs=2, default=(0.5, 1.0), metavar=("SHORTEST", "LONGEST"))
    parser.add_argument("--between", type=float, nargs=2, default=(4.0, 9.0), metavar=("SHORTEST", "LONGEST"))
    parser.add_argument("tests", nargs="*")
    arguments = parser.parse_args()
    chance = random.Random(arguments.seed)
    command = [sys.executable, "-m", "pytest", "-n", "2", "--dist", "worksteal", *arguments.tests]
    with subprocess.Popen(command) as tests:
        stops = 0
        while not ended(tests, chance.uniform(*arguments.between)):
            stops += stand_still(tests.pid, chance, chance.uniform(*arguments.still))
    print(f"{stops} stops")
    sys.exit(tests.returncode)


def ended(tests: subprocess.Popen[bytes], within_seconds: float) -> bool:
    with suppress(subprocess.TimeoutExpired):
        tests.wait(within_seconds)
    return tests.returncode is not None


def stand_still(root: int, chance: random.Random, seconds: float) -> bool:
    """False where the tests have no workers yet, or no more."""
    workers, everybody = below(root)
    if not workers:
        return False
    those = [chance.choice(workers)] if chance.random() < ONE_WORKER else everybody
    tell(those, signal.SIGSTOP)
    time.sleep(seconds)
    tell(those, signal.SIGCONT)
    return True


def below(root: int) -> tuple[list[int], list[int]]:
    """The processes that `root` has started, and all below it."""
    listed = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    children: defaultdict[int, list[int]] = defaultdict(list)
    for line in listed.splitlines():
        process, parent = map(int, line.split())
        children[parent].append(process)
    found = list(children[root])
    for process in found:
        found += children[process]
    return children[root], found


def tell(processes: list[int], what: signal.Signals) -> None:
    for process in processes:
        with suppress(ProcessLookupError):
            os.kill(process, what)


if __name__ == "__main__":
    main()
