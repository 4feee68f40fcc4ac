"""`webhooks list` and `webhooks replay`: what came in, what became of it, and working on it once more."""

from __future__ import annotations

import argparse
import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from db.models.webhook_deliveries import WEBHOOK_STATUSES
from db.queries import webhook_choice
from db.queries.webhook_choice import Choice, Listed
from services.cli.environment import settings_or_failure
from services.devstack.failure import StartFailure
from services.monitoring import logs
from services.runtime.resources import open_resources
from services.runtime.settings import Settings
from services.webhooks.replay import replay

APPLICATION = "huntaze-webhooks"
SHOWN, REPLAYED = 50, 1000
WENT_WELL = ("done", "ignored")
Verb = Callable[[Settings, Choice, int], Coroutine[Any, Any, int]]


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser("webhooks", help="show journalled webhooks, or work on some of them once more")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    shown = verbs.add_parser("list", help="newest first; never what they say")
    again = verbs.add_parser("replay", help="oldest first; what was done already is not done twice")
    for verb, most in ((shown, SHOWN), (again, REPLAYED)):
        _add_choice(verb)
        verb.add_argument("--limit", type=int, default=most, help="at most so many (default: %(default)s)")
    shown.set_defaults(run=lambda arguments: _run(arguments, list_deliveries))
    again.set_defaults(run=lambda arguments: _run(arguments, replay_deliveries))


def _add_choice(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("ids", nargs="*", type=UUID, metavar="ID", help="deliveries, as `list` shows them")
    verb.add_argument("--owner", help="the user: the subject of her token, or userId of the logs")
    verb.add_argument("--account", help="the platform's id of the account")
    verb.add_argument("--kind", help="such as messages.received")
    verb.add_argument("--since", type=_moment, help="received at or after this, such as 2026-11-25T10:00 (UTC)")
    status = verb.add_mutually_exclusive_group()
    status.add_argument("--status", choices=WEBHOOK_STATUSES)
    status.add_argument("--failed", dest="status", action="store_const", const="failed", help="as --status failed")


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _choice(arguments: argparse.Namespace) -> Choice:
    return Choice(
        owner=arguments.owner,
        account=arguments.account,
        kind=arguments.kind,
        since=arguments.since,
        status=arguments.status,
        ids=tuple(arguments.ids),
    )


def _run(arguments: argparse.Namespace, verb: Verb) -> int:
    logs.configure("ERROR")
    return asyncio.run(verb(settings_or_failure(), _choice(arguments), arguments.limit))


async def list_deliveries(settings: Settings, choice: Choice, limit: int) -> int:
    """Print a line for each."""
    async with open_resources(settings, APPLICATION) as resources, resources.database.reads() as session:
        for found in await webhook_choice.chosen(session, choice, limit, newest_first=True):
            print(_line(found, found.status, found.detail))
    return 0


async def replay_deliveries(settings: Settings, choice: Choice, limit: int) -> int:
    """Print a line for each and a sum; 0 when all went well, else 1. Raises StartFailure where nothing is chosen."""
    if choice == Choice():
        raise StartFailure("Say which: ids, --owner, --account, --kind, --since, --status or --failed.")
    count: Counter[str] = Counter()
    async with open_resources(settings, APPLICATION) as resources:
        async for each in replay(resources.database, resources.webhook_worker, choice, limit):
            count[each.outcome.status] += 1
            print(_line(each.delivery, f"{each.delivery.status} -> {each.outcome.status}", each.outcome.detail))
    told = ", ".join(f"{number} {status}" for status, number in sorted(count.items()))
    print(f"{count.total()} worked on: {told}" if count else "no webhook is meant by this")
    return 0 if set(count) <= set(WENT_WELL) else 1


def _line(found: Listed, status: str, detail: str | None) -> str:
    moments = f"{found.received_at:%Y-%m-%d %H:%M:%S}"
    if found.next_try_at is not None:
        status += f" (again at {found.next_try_at:%H:%M:%S})"
    parts = (moments, found.id, found.subject, f"{found.platform}:{found.account}", found.kind, status)
    return "  ".join(map(str, (*parts, f"tries {found.attempts}", *([detail] if detail else []))))
