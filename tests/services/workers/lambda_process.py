"""Lambda containers as processes: each calls a handler for every line it is sent, as AWS's runtime does.

This process imports the function once, and forks a container for each line on its standard input, because that import
takes longer than most tests. The test listens on a socket; the container's log and its answers come through it.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import time
from dataclasses import dataclass
from typing import Any

from services.workers import lambda_handler

ANSWER = "ANSWER "
"""What begins so is an answer; every other line is the function's log."""


@dataclass(frozen=True, slots=True)
class Context:
    aws_request_id: str
    ends_at: float

    def get_remaining_time_in_millis(self) -> int:
        return max(0, int((self.ends_at - time.monotonic()) * 1000))


def serve(address: str) -> None:
    """The life of a container; it ends with the test's side of the socket."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(address)
        sys.stdout = connection.makefile("w", buffering=1)
        print(ANSWER + json.dumps({"pid": os.getpid()}), flush=True)
        for line in connection.makefile("r"):
            print(ANSWER + json.dumps(_answer(json.loads(line))), flush=True)


def _answer(asked: dict[str, Any]) -> dict[str, Any]:
    if asked.get("slept"):
        # As if it had been frozen for hours: AWS's clock goes on meanwhile.
        lambda_handler.CONTAINER._used_at = (0.0, 0.0)
    context = Context(asked["id"], time.monotonic() + asked["seconds"])
    signal.setitimer(signal.ITIMER_REAL, asked["seconds"])  # kills it when its time is over, as AWS does
    try:
        return {"returned": getattr(lambda_handler, asked["handler"])(asked["event"], context)}
    except Exception as error:
        return {"errorType": type(error).__name__, "errorMessage": str(error)}
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def main() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        asked = json.loads(line)
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.environ.clear()
            os.environ.update(asked["environment"])
            serve(asked["address"])
            os._exit(0)


if __name__ == "__main__":
    main()
