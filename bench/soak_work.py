"""What people do during a soak: write, one after the other in each conversation, take messages back, run campaigns."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from random import Random

from tests.promises.books import ENDS
from tests.promises.creators import Creator, Creators
from tests.promises.stage import Stage
from tests.promises.writing import ask, write

CANCEL = "mutation ($id: ID!) { cancelMessage(id: $id) { message { id } errors { code } } }"
TAKEN_BACK = 0.02
CAMPAIGNS = 4
PATIENCE_SECONDS = 120.0


class Work:
    """`messages` over `seconds`, half of them of campaigns. `written` holds the texts in the order of their writing."""

    def __init__(self, stage: Stage, creators: Creators, random: Random, messages: int, seconds: float) -> None:
        self._stage = stage
        self._creators = creators
        self._random = random
        self._seconds = seconds
        self._replies = messages // 2
        self._of_campaigns = messages - self._replies
        self.written: list[str] = []
        self.answers: Counter[str] = Counter()
        self.stuck = 0

    @property
    def messages(self) -> int:
        return self._replies + self._of_campaigns

    async def run(self) -> None:
        each, rest = divmod(self._replies, len(self._creators.each))
        writers = [
            self._write(creator, each + (number < rest), Random(self._random.random()))
            for number, creator in enumerate(self._creators.each)
        ]
        await asyncio.gather(self._start_campaigns(), *writers)

    async def _write(self, creator: Creator, messages: int, random: Random) -> None:
        """One person; she waits for each answer, so that the order of a conversation is the order of her writing."""
        pause = self._seconds / max(messages, 1)
        begun = time.monotonic()
        for number in range(messages):
            await asyncio.sleep(max(0.0, begun + number * pause * random.uniform(0.9, 1.0) - time.monotonic()))
            text = f"{creator.subject} reply {number}"
            # A text stands in the order before it is known to be accepted: nothing else is written meanwhile.
            self.written.append(text)
            fan = random.randrange(len(creator.fans))
            answer = await write(self._stage, creator, text, fan, patience=PATIENCE_SECONDS)
            self.answers.update([error["code"] for error in answer["errors"]] or ["accepted"])
            if random.random() < TAKEN_BACK:
                await self._take_back(creator, answer["message"]["id"])

    async def _take_back(self, creator: Creator, message_id: str) -> None:
        answer = await ask(self._stage.client(creator.subject), CANCEL, {"id": message_id})
        self.answers["taken back" if answer and not answer["cancelMessage"]["errors"] else "too late to take back"] += 1

    async def _start_campaigns(self) -> None:
        """Every creator's share in a few campaigns, stored while the run goes on."""
        each, rest = divmod(self._of_campaigns, CAMPAIGNS)
        for number in range(CAMPAIGNS):
            await self._creators.campaigns(each + (rest if number == 0 else 0))
            await asyncio.sleep(self._seconds / CAMPAIGNS * 0.8)

    async def everything_ended(self, seconds: float) -> None:
        """Wait until nothing is on its way; what still is after so long is stuck."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            statuses = Counter((await self._stage.books.statuses()).values())
            self.stuck = sum(count for status, count in statuses.items() if status not in ENDS)
            if not self.stuck:
                return
            await asyncio.sleep(1)
