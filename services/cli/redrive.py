"""`redrive`: moves the messages of the dead-letter queue back into the queue, and says which stay and why."""

from __future__ import annotations

import argparse
import asyncio

from services.cli.environment import settings_or_failure
from services.devstack.failure import StartFailure
from services.monitoring import logs
from services.runtime.aws_dead_letters import open_dead_letters
from services.runtime.clock import SystemClock
from services.runtime.settings import Settings
from services.runtime.sqs_failure import SqsFailure
from services.sending.redrive import Redrive, Report


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser("redrive", help="move dead letters back into the queue; unreadable ones stay")
    parser.add_argument("--dry-run", action="store_true", help="only say what would be moved and what would stay")
    parser.add_argument("--limit", type=_positive, metavar="N", help="move at most so many")
    parser.add_argument("--all", action="store_true", help="move those too that cannot be read; they will come back")
    parser.set_defaults(run=run)


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("it must be 1 or more")
    return number


def run(arguments: argparse.Namespace) -> int:
    logs.configure("ERROR")
    settings = settings_or_failure()
    if settings.sqs_rate_limiter_dlq_url is None:
        raise StartFailure("SQS_RATE_LIMITER_DLQ_URL is not set: give the address of the dead-letter queue.")
    try:
        return asyncio.run(_redrive(settings, settings.sqs_rate_limiter_dlq_url, arguments))
    except SqsFailure as failure:
        raise StartFailure(f"The queue does not do it ({failure.code}): {failure.message[:200]}") from None


async def _redrive(settings: Settings, dead_letter_url: str, arguments: argparse.Namespace) -> int:
    async with open_dead_letters(settings, dead_letter_url) as client:
        redrive = Redrive(client, SystemClock())
        if arguments.all and not arguments.dry_run and arguments.limit is None:
            move = await redrive.by_server()
            if move is not None:
                how = " ".join(filter(None, (move.state, move.trouble)))
                print(f"{move.moved} moved by the queue service itself: {how}")
                return 0 if move.state == "COMPLETED" else 1
        report = await redrive.one_by_one(limit=arguments.limit, everything=arguments.all, dry_run=arguments.dry_run)
    _tell(report, "would be moved" if arguments.dry_run else "moved")
    return 1 if report.failed else 0


def _tell(report: Report, moved: str) -> None:
    print(f"{report.moved} {moved}")
    if report.stays:
        print(f"{len(report.stays)} stay, because they cannot be read and would only come back (--all moves them too):")
    for message_id, reason in report.stays:
        print(f"  {message_id}  {reason}")
    if report.failed:
        print(f"{report.failed} stay, because the queue did not take their copies")
