"""`migrate`: brings the database to the newest version of the tables."""

from __future__ import annotations

import argparse
import asyncio
import os
from collections.abc import Mapping

from services.devstack.failure import StartFailure
from services.devstack.given import given


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser("migrate", help="bring the database to the newest version of the tables")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    del arguments
    asyncio.run(migrate(os.environ))
    return 0


async def migrate(environ: Mapping[str, str]) -> None:
    """As the role of MIGRATION_DATABASE_URL where there is one. Raises StartFailure where that cannot be done."""
    from db.migrate import upgrade

    url = given(environ, "MIGRATION_DATABASE_URL") or given(environ, "DATABASE_URL")
    if not url:
        raise StartFailure("DATABASE_URL is not set: give the address of the database to migrate.")
    try:
        await upgrade(url)
    except OSError as fault:
        raise StartFailure(f"The database cannot be reached ({fault}): check DATABASE_URL.") from fault
