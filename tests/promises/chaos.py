"""What goes wrong in one run: kills, frozen processes, stores that are emptied or away; all of it from one seed."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from random import Random

from redis.asyncio import Redis

from services.devstack.waiting import met
from tests.promises.processes import Process
from tests.promises.stage import Stage
from tests.promises.stores import MortalPostgres, MortalRedis, MortalSqs

FROZEN_SECONDS = 3.0
AWAY_SECONDS = {"Redis": 8.0, "SQS": 6.0, "PostgreSQL": 3.0}
API_SHARE = 0.1
LONG_SECONDS = 600


@dataclass
class Chaos:
    """`happened` counts what was done, by name."""

    stage: Stage
    random: Random
    redis: MortalRedis
    sqs: MortalSqs
    postgres: MortalPostgres
    happened: Counter[str] = field(default_factory=Counter)
    _in_hand: set[str] = field(default_factory=set)

    async def run(self, kills: int, seconds: float) -> None:
        """`kills` kills spread over the time, a freeze and an emptied Redis for every ten, each store away twice."""
        acts = [self._kill] * kills + [self._freeze, self._empty_redis] * (kills // 10)
        acts += [self._redis_away, self._sqs_away, self._postgres_away] * 2
        self.random.shuffle(acts)
        under_way: set[asyncio.Task[None]] = set()
        for act in acts:
            await asyncio.sleep(self.random.uniform(0, 2 * seconds / len(acts)))
            under_way.add(asyncio.create_task(act()))
        await asyncio.gather(*under_way)

    async def _kill(self) -> None:
        """A worker, or now and then the API; it is started again at once, as any supervisor does."""
        of_api = self.random.random() < API_SHARE
        victim = self.stage.api if of_api else self.random.choice(self.stage.workers)
        await met(lambda: self._is_free(victim.name), LONG_SECONDS)
        self._in_hand.add(victim.name)
        await victim.kill()
        self.happened["API killed" if of_api else "worker killed"] += 1
        await victim.start()
        self.happened["restarts"] += 1
        self._in_hand.discard(victim.name)

    async def _freeze(self) -> None:
        victim: Process = self.random.choice(self.stage.workers)
        victim.freeze()
        self.happened["worker frozen"] += 1
        await asyncio.sleep(FROZEN_SECONDS)
        victim.thaw()

    async def _empty_redis(self) -> None:
        try:
            async with Redis.from_url(f"redis://{self.stage.settings.redis_endpoint}") as redis:
                await redis.flushall()
        except OSError:
            return
        self.happened["Redis emptied"] += 1

    async def _redis_away(self) -> None:
        await self._away("Redis", asyncio.to_thread(self.redis.kill), self.redis.start)

    async def _sqs_away(self) -> None:
        await self._away("SQS", asyncio.to_thread(self.sqs.stop), lambda: asyncio.to_thread(self.sqs.start))

    async def _postgres_away(self) -> None:
        await self._away("PostgreSQL", self.postgres.stop(), self.postgres.start)

    async def _away(self, store: str, stop: Awaitable[None], start: Callable[[], Awaitable[None]]) -> None:
        await met(lambda: self._is_free(store), LONG_SECONDS)
        self._in_hand.add(store)
        await stop
        self.happened[f"{store} away"] += 1
        await asyncio.sleep(AWAY_SECONDS[store])
        await start()
        self._in_hand.discard(store)

    async def _is_free(self, name: str) -> bool:
        return name not in self._in_hand
