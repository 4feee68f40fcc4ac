"""`make soak`: the product under everything that can go wrong, for some minutes, judged by what the platform saw.

    .venv/bin/python -m bench.soak [--messages 10000] [--kills 200] [--minutes 15] [--workers 3] [--seed 1]

Real processes and real stores: one API, the workers, the sandbox platform with webhooks; PostgreSQL on the disk with
fsync. The window is scaled down (10 in 2 s, 0.1 s apart). Half of the messages are written through the API by clients
that repeat what was not answered; the others are of campaigns, stored directly. Workers and the API are killed with
SIGKILL and frozen with SIGSTOP, Redis is emptied, every store goes away twice, and the platform refuses, delays, cuts
and lies. Exit code 1 where a promise is broken.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path
from random import Random

from bench.cycles import DURABLE
from bench.soak_report import Report, report
from bench.soak_sizes import sizes
from bench.soak_unknowns import Unknowns
from bench.soak_work import Work
from services.runtime.settings import Settings
from tests.conftest import session_settings
from tests.parts import running_postgres, running_redis, running_sqs
from tests.promises.chaos import Chaos
from tests.promises.conftest import QUICK
from tests.promises.creators import Creators
from tests.promises.stage import open_stage
from tests.promises.stores import MortalPostgres, MortalRedis, MortalSqs
from tests.promises.weather import Weather

KEPT = {
    # A minute stands for a day: old rows are removed while the run goes on, and tables must not grow for ever.
    "retention_attempts_days": 120 / 86_400,
    "retention_live_events_hours": 60 / 3_600,
    "retention_webhooks_days": 120 / 86_400,
    "retention_pause_seconds": 5.0,
}
FOUL = 0.12
FANS = 24
STUCK_SECONDS = 60
"""A minute after its lease and after an unknown reply no longer holds its conversation, nothing may wait."""
HELD_SECONDS = 150


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--minutes", type=float, default=15)
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--creators", type=int, default=24)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    sqs = MortalSqs()
    sqs.start()
    with (
        running_postgres(DURABLE, on_disk=True) as postgres,
        running_redis() as unused,
        running_sqs() as unused_sqs,
        session_settings(postgres, unused, unused_sqs) as settings,
        tempfile.TemporaryDirectory(prefix="huntaze-soak-") as folder,
    ):
        stores = MortalRedis(Path(folder) / "redis"), sqs, MortalPostgres(postgres)
        found = asyncio.run(soak(arguments, settings.model_copy(update=QUICK | KEPT), *stores))
    sqs.stop()
    print(found.table())
    sys.exit(1 if found.broken() else 0)


async def soak(
    arguments: argparse.Namespace, settings: Settings, redis: MortalRedis, sqs: MortalSqs, postgres: MortalPostgres
) -> Report:
    random = Random(arguments.seed)
    await redis.start()
    settings = redis.settings(await sqs.settings(settings))
    try:
        async with open_stage(settings, workers=arguments.workers, webhooks=True) as stage:
            creators = await Creators.make(stage, arguments.creators, FANS)
            before = await sizes(stage.books)
            unknowns = Unknowns(stage.books)
            looking = asyncio.create_task(unknowns.watch())
            weather = asyncio.create_task(Weather(stage.sandbox, Random(random.random()), FOUL).prevail())
            await asyncio.gather(stage.start_api(), *(worker.start() for worker in stage.workers))
            began = time.monotonic()
            work = Work(stage, creators, Random(random.random()), arguments.messages, arguments.minutes * 60)
            chaos = Chaos(stage, Random(random.random()), redis, sqs, postgres)
            await asyncio.gather(work.run(), chaos.run(arguments.kills, arguments.minutes * 60))
            await work.everything_ended(HELD_SECONDS + STUCK_SECONDS)
            weather.cancel()
            looking.cancel()
            await stage.sandbox.mend()
            await stage.sandbox.quiet()
            return await report(stage, work, unknowns, chaos.happened, time.monotonic() - began, before, arguments.seed)
    finally:
        redis.kill()


if __name__ == "__main__":
    main()
