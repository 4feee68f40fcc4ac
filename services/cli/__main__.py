"""`python -m services.cli COMMAND`. A command is a module with `register`; list it in COMMANDS."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module

from services.devstack.failure import StartFailure

COMMANDS = ("dev", "check", "migrate", "sandbox", "token", "webhooks", "redrive")


def main(arguments: Sequence[str] | None = None) -> int:
    given = sys.argv[1:] if arguments is None else arguments
    parser = argparse.ArgumentParser(prog="python -m services.cli", description="Huntaze CRM")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    # Some commands import for seconds: only the one that is meant is imported, where one is.
    for name in given[:1] if given and given[0] in COMMANDS else COMMANDS:
        import_module(f"services.cli.{name}").register(commands)
    chosen = parser.parse_args(given)
    try:
        return int(chosen.run(chosen))
    except StartFailure as failure:
        print(failure, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
