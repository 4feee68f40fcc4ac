"""`sandbox`: the built-in platform, a real HTTP server with faults on demand and fans that answer."""

from __future__ import annotations

import argparse
import asyncio
import json
from pathlib import Path

DEFAULT_PORT = 8010


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser("sandbox", help="run the built-in sandbox platform")
    parser.add_argument("--host", default="127.0.0.1", help="default: %(default)s")
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="default: %(default)s")
    parser.add_argument("--accounts", type=Path, help="a JSON file of accounts that the platform knows from the start")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from services.platforms.sandbox_server import serve
    from services.platforms.sandbox_server.accounts import Account

    known = json.loads(arguments.accounts.read_text(encoding="utf-8")) if arguments.accounts else []
    asyncio.run(serve(arguments.host, arguments.port, [Account(**account) for account in known]))
    return 0
