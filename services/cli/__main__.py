"""`python -m services.cli COMMAND`. A command is a module with `register`; list it in COMMANDS."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from services.cli import check, dev, migrate, redrive, sandbox, token, webhooks
from services.devstack.failure import StartFailure

COMMANDS = (dev, check, migrate, sandbox, token, webhooks, redrive)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m services.cli", description="Huntaze CRM")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.register(commands)
    chosen = parser.parse_args(arguments)
    try:
        return int(chosen.run(chosen))
    except StartFailure as failure:
        print(failure, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
