"""`dev`: everything on this machine, embedded, in the foreground. What `make run` executes."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import time
from collections.abc import Coroutine, Mapping
from datetime import UTC, datetime

from services.cli.migrate import migrate
from services.cli.token import mint
from services.devstack.demo import DEMO_USER
from services.devstack.given import data_dir

DEMO_TOKEN_HOURS = 7 * 24.0
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser("dev", help="run everything on this machine, with embedded stores")
    parser.add_argument("--end-with-parent", action="store_true", help="end when the calling process does (Linux)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    # The embedded parts are no part of a production install, whose other commands must work without them.
    from services.devstack.launch import end_with_parent
    from services.devstack.start import Start

    if arguments.end_with_parent:
        end_with_parent()
    start = Start(os.environ, migrate, _demo_token, _notice, _welcome)
    asyncio.run(until_signalled(start.run()))
    _notice("everything has ended")
    return 0


async def until_signalled(work: Coroutine[None, None, None]) -> None:
    """Runs the work until it ends or a signal cancels it. One cancellation: a second Ctrl-C must not cut it short."""
    task = asyncio.ensure_future(work)
    ending = False

    def end() -> None:
        nonlocal ending
        if not ending:
            ending = True
            _notice("ending: processes first, stores last")
            task.cancel()

    for number in SIGNALS:
        asyncio.get_running_loop().add_signal_handler(number, end)
    try:
        await task
    except asyncio.CancelledError:
        if not ending:
            raise


def _demo_token(environ: Mapping[str, str]) -> str:
    return mint(environ, user=DEMO_USER, now=datetime.now(UTC), hours=DEMO_TOKEN_HOURS)


def _notice(sentence: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {sentence}", flush=True)


def _welcome(address: str, token: str) -> None:
    logs = data_dir(os.environ) / "logs"
    print(
        f"\nHuntaze CRM is running. Signed in as the demo creator, who lives on the built-in sandbox platform:\n\n"
        f"  {address}/#token={token}\n"
        f"  {address}/graphiql#token={token}\n\n"
        f"Another token:  .venv/bin/python -m services.cli token --user {DEMO_USER}\n"
        f"Logs:           {logs}\n"
        f"Ctrl-C ends all of it.\n",
        flush=True,
    )
