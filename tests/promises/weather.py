"""What a platform does to requests over a day: mostly nothing, sometimes everything."""

from __future__ import annotations

import asyncio
from random import Random
from typing import Any

from tests.services.platforms.control import SandboxControl

FAIR: dict[str, Any] = {"kind": "delay", "seconds": 0}
FOUL: list[dict[str, Any]] = [
    {"kind": "delay", "seconds": 0.3},
    {"kind": "delay_after", "seconds": 3},  # delivered, and no answer in time
    {"kind": "delay", "seconds": 3},  # delivered long after we gave up
    {"kind": "cut_before"},
    {"kind": "cut_after"},
    {"kind": "accept_then_500"},
    {"kind": "status", "status": 500},
    {"kind": "status", "status": 422},
    {"kind": "not_sent"},
    {"kind": "rate_limited", "retryAfterSeconds": 1},
    {"kind": "unavailable", "retryAfterSeconds": 1},
    {"kind": "unreadable"},
    {"kind": "no_id"},
]
AHEAD = 200
LOOK_SECONDS = 0.5


class Weather:
    """`foul`: the share of requests that meet something, 0 to 1; the others take up to `usual_seconds`."""

    def __init__(self, sandbox: SandboxControl, random: Random, foul: float, usual_seconds: float = 0.1) -> None:
        self._sandbox = sandbox
        self._random = random
        self._foul = foul
        self._usual_seconds = usual_seconds

    def one(self) -> dict[str, Any]:
        if self._random.random() < self._foul:
            return self._random.choice(FOUL)
        return FAIR | {"seconds": round(self._random.uniform(0, self._usual_seconds), 3)}

    async def prevail(self) -> None:
        """Keep the next requests supplied until cancelled."""
        while True:
            for _ in range(AHEAD - await self._sandbox.faults_waiting()):
                await self._sandbox.fault(**self.one())
            await asyncio.sleep(LOOK_SECONDS)
