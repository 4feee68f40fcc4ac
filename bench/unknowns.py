"""`python -m bench.unknowns`: what becomes of messages whose outcome is unknown, under different rules.

Over HTTP, to the sandbox: every call meets a fault that leaves its outcome open, with a chance of one in two. Half of
these have delivered the message, half have not. No database and no clock: only the answers decide. Each text is sent to
several fans, and some of them write the same again in the platform's own app.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import uuid4

import httpx

from services.platforms import sandbox
from services.platforms.exchange import Exchange
from services.platforms.gateway import GatewayAdapter
from services.platforms.interface import Answer, Credentials, OutgoingMessage, PreparedRequest, Sent
from services.platforms.sandbox_server import build_app, running
from services.platforms.sandbox_server.accounts import Account
from services.runtime.clock import SystemClock
from services.sending.matching import Call, Candidate, proven

MESSAGES = 200
REPEATS = 6
OPEN_FAULTS = ("cut_before", "cut_after", "accept_then_500", "status")
FAULT_CHANCE, NATIVE_CHANCE = 0.5, 0.05
CREDENTIALS = Credentials("bench", "bench-key")
NATIVE = "native-"


@dataclass(slots=True)
class Case:
    """One message to one fan, and what a rule believes of it in the end."""

    fan: str
    text: str
    request: PreparedRequest
    began_at: datetime
    sent: bool = False


class Platform:
    """The sandbox, with faults drawn for each call."""

    def __init__(self, url: str, http: httpx.AsyncClient, chance: Random) -> None:
        self.adapter = GatewayAdapter(sandbox.DIALECT, url, Exchange(http), SystemClock(), 5)
        self._url, self._http, self._chance = url, http, chance

    async def call(self, case: Case, key: str) -> Answer:
        if self._chance.random() < FAULT_CHANCE:
            await self._http.post(f"{self._url}/control/faults", json={"kind": self._chance.choice(OPEN_FAULTS)})
        return await self.adapter.send(CREDENTIALS, case.request, key, lambda: True)

    async def native(self, case: Case) -> None:
        """The creator writes the same in the platform's own app."""
        if self._chance.random() < NATIVE_CHANCE:
            await self.adapter.send(CREDENTIALS, case.request, NATIVE + str(uuid4()), lambda: True)

    async def delivered(self) -> Counter[str]:
        """How often each fan was sent something from here, whatever the key."""
        answer = await self._http.get(f"{self._url}/control/deliveries", params={"accountId": "bench"})
        ours = (each for each in answer.json()["deliveries"] if not each["idempotencyKey"].startswith(NATIVE))
        return Counter(each["chatId"] for each in ours if each["delivered"])


Rule = Callable[[Platform, Case], Awaitable[bool]]
"""Whether the rule holds the message for sent in the end."""


async def left_to_a_person(platform: Platform, case: Case) -> bool:
    return isinstance(await platform.call(case, case.fan), Sent)


async def repeated_blindly(platform: Platform, case: Case) -> bool:
    """A new key for each call, as a client does that only knows that it failed."""
    for _ in range(REPEATS):
        if isinstance(await platform.call(case, str(uuid4())), Sent):
            return True
    return False


async def repeated_identically(platform: Platform, case: Case) -> bool:
    for _ in range(REPEATS):
        if isinstance(await platform.call(case, case.fan), Sent):
            return True
    return False


async def read_back(platform: Platform, case: Case) -> bool:
    """One call, and a look into the chat where its outcome is open."""
    return await left_to_a_person(platform, case) or await _found(platform, case)


async def ours(platform: Platform, case: Case) -> bool:
    return await repeated_identically(platform, case) or await _found(platform, case)


async def _found(platform: Platform, case: Case) -> bool:
    await platform.native(case)
    copies = await platform.adapter.read_back(CREDENTIALS, case.fan, case.began_at - timedelta(minutes=1))
    candidate = Candidate(uuid4(), case.text, None, (Call(uuid4(), case.began_at),))
    return bool(proven([candidate], copies))


RULES: dict[str, Rule] = {
    "left to a person": left_to_a_person,
    "repeated with a new key": repeated_blindly,
    "read back alone": read_back,
    "repeated identically": repeated_identically,
    "repeated identically, then read back (ours)": ours,
}


@dataclass(frozen=True, slots=True)
class Result:
    """`arrived`: unknown messages that the fan has all the same. `twice`: fans who have it more than once."""

    sent: int
    unknown: int
    arrived: int
    twice: int


async def measure(rule: Rule, messages: int, seed: int) -> Result:
    app = build_app([Account(CREDENTIALS.account_id, CREDENTIALS.api_key, "Bench", announce_sent=False)])
    async with running(app) as url, httpx.AsyncClient(trust_env=False) as http:
        platform, cases = Platform(url, http, Random(seed)), []
        for number in range(messages):
            fan, text = str(10_000 + number), f"Text {number % 10}"
            request = await platform.adapter.prepare(CREDENTIALS, fan, OutgoingMessage(text))
            case = Case(fan, text, request, datetime.now(UTC))
            case.sent = await rule(platform, case)
            cases.append(case)
        delivered = await platform.delivered()
    unknown = [case for case in cases if not case.sent]
    return Result(
        sent=messages - len(unknown),
        unknown=len(unknown),
        arrived=sum(delivered[case.fan] > 0 for case in unknown),
        twice=sum(count > 1 for count in delivered.values()),
    )


async def main() -> None:
    print(f"{MESSAGES} messages; every second call ends unknown, half of these have arrived\n")
    print(f"{'rule':<46}{'sent':>6}{'unknown':>9}{'of these arrived':>18}{'twice':>7}")
    for name, rule in RULES.items():
        found = await measure(rule, MESSAGES, seed=1)
        print(f"{name:<46}{found.sent:>6}{found.unknown:>9}{found.arrived:>18}{found.twice:>7}")


if __name__ == "__main__":
    asyncio.run(main())
