"""Promise 2: each accepted message comes to an end, none is stuck, none is delivered twice, whatever is killed."""

from __future__ import annotations

import asyncio
from random import Random

import pytest

from services.runtime.settings import Settings
from tests.promises.audit import arrivals
from tests.promises.books import disagreements
from tests.promises.creators import Creators
from tests.promises.stage import PATIENCE, Stage, open_stage
from tests.promises.weather import FAIR, FOUL
from tests.promises.writing import write

pytestmark = pytest.mark.timeout(PATIENCE)

CREATORS, FANS, MESSAGES = 3, 16, 48
WORKER_KILLS, API_KILLS = 5, 1


async def test_every_accepted_message_comes_to_one_end(quick: Settings) -> None:
    random = Random(11)
    async with open_stage(quick, workers=3) as stage:
        creators = await Creators.make(stage, CREATORS, FANS)
        for fault in random.sample([*FOUL, FAIR, FAIR] * 3, (len(FOUL) + 2) * 3):
            await stage.sandbox.fault(**fault)
        await asyncio.gather(stage.start_api(), *(worker.start() for worker in stage.workers))
        writing = [
            write(stage, creators.each[number % CREATORS], f"message {number}", number // CREATORS % FANS)
            for number in range(MESSAGES)
        ]
        chaos = asyncio.create_task(_kill(stage, random))
        answers = await asyncio.gather(*writing)
        await chaos

        assert [answer["errors"] for answer in answers] == [[]] * MESSAGES
        await stage.books.all_ended(MESSAGES)
        # What the platform was still holding arrives now, if it was let in at all.
        await stage.sandbox.quiet()
        assert disagreements(await stage.books.statuses(), arrivals(await stage.sandbox.arrivals())) == []
        assert await stage.books.value("SELECT count(*) FROM attempts WHERE state <> 'done'") == 0


async def _kill(stage: Stage, random: Random) -> None:
    victims = [*random.choices(stage.workers, k=WORKER_KILLS), *[stage.api] * API_KILLS]
    random.shuffle(victims)
    for victim in victims:
        await asyncio.sleep(random.uniform(0.3, 1.2))
        await victim.kill()
        await victim.start()
