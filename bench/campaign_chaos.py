"""Campaigns while everything dies: nobody is written to twice, nobody is forgotten, and the numbers stay true.

    .venv/bin/python -m bench.campaign_chaos [--campaigns 6] [--recipients 100] [--kills 20] [--seed 1]

API, workers and sandbox platform are processes of their own on real stores. Workers and API are killed, the platform
refuses, answers late, cuts and breaks, and the campaigns are paused and resumed meanwhile. At the end what the API says
of each campaign is compared with its messages and with what the platform has seen.
"""

from __future__ import annotations

import argparse
import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Any

import httpx

from schema import ids
from services.runtime.settings import Settings
from tests.conftest import session_settings
from tests.flows.campaigns import bulk, campaign_of, steer
from tests.flows.graphql_client import GraphQLClient
from tests.parts import running_postgres, running_redis, running_sqs
from tests.promises.audit import arrivals, delivered, delivered_often
from tests.promises.conftest import QUICK
from tests.promises.creators import Creators
from tests.promises.processes import Process
from tests.promises.stage import LONG, Stage, open_stage
from tests.promises.weather import Weather
from tests.waiting import eventually

WORKERS = 2
FOUL = 0.2
SECONDS_BETWEEN = {"worker": 1.5, "API": 5.0, "campaign": 2.0, "look": 1.0}
COUNTED = ("waiting", "sending", "sent", "failed", "unknown", "cancelled")
NAIVE = """SELECT c.id, r.recipients, m.status, count(m.id) FROM campaigns c
  JOIN (SELECT campaign_id, count(*) AS recipients FROM campaign_recipients GROUP BY 1) r ON r.campaign_id = c.id
  LEFT JOIN messages m ON m.user_id = c.user_id AND m.campaign_id = c.id GROUP BY 1, 2, 3"""
REASONS = """SELECT coalesce(failure_reason, 'no reason'), count(*) FROM messages WHERE status = 'FAILED'
  GROUP BY 1 ORDER BY 2 DESC"""
GROUPS = {"PENDING": "waiting", "QUEUED": "waiting", "DELIVERED": "sent"}


@dataclass
class Run:
    """`made`: each campaign with whoever owns it. `did` counts what was done to the product, by name."""

    stage: Stage
    random: Random
    made: list[tuple[GraphQLClient, str]] = field(default_factory=list)
    did: Counter[str] = field(default_factory=Counter)
    lies: list[str] = field(default_factory=list)
    last: list[Any] = field(default_factory=list)

    async def ended(self) -> bool:
        found = [await self._seen(*each) for each in self.made]
        self.last = [(each["status"], each["metrics"]) for each in found]
        return {each["status"] for each in found} == {"COMPLETED"}

    async def kill(self, what: str, victims: list[Process], kills: int) -> None:
        """So many times, and never before something was sent since the last time: it would only delay the start."""
        for _ in range(kills):
            come = len(await self.stage.sandbox.arrivals())
            await eventually(partial(self.stage.arrived, come + 1), 10 * LONG, "a message")
            await asyncio.sleep(self.random.uniform(0, 2 * SECONDS_BETWEEN[what]))
            victim = self.random.choice(victims)
            await victim.kill()
            await victim.start()
            self.did[f"kills, {what}"] += 1

    async def steer(self) -> None:
        while True:
            await asyncio.sleep(self.random.uniform(0, 2 * SECONDS_BETWEEN["campaign"]))
            client, campaign_id = self.random.choice(self.made)
            for verb in ("pauseCampaign", "resumeCampaign"):
                if not (await _patiently(partial(steer, client, verb, campaign_id)))["errors"]:
                    self.did[f"{verb}, done"] += 1
                await asyncio.sleep(self.random.uniform(0, 1))

    async def resume_what_paused_itself(self) -> None:
        while True:
            await asyncio.sleep(SECONDS_BETWEEN["look"])
            for each in self.made:
                found = await self._seen(*each)
                if found["status"] == "PAUSED" and str(found["statusDetail"]).startswith("Paused by itself"):
                    await _patiently(partial(steer, each[0], "resumeCampaign", each[1]))

    async def _seen(self, client: GraphQLClient, campaign_id: str) -> dict[str, Any]:
        """The campaign now; its numbers have to add up at any moment."""
        found = await _patiently(partial(campaign_of, client, campaign_id))
        self.did["looks at the numbers"] += 1
        numbers = found["metrics"]
        if numbers["recipients"] != sum(numbers[name] for name in COUNTED):
            self.lies.append(f"{campaign_id}: {numbers}")
        return dict(found)


async def _patiently(ask: Callable[[], Awaitable[Any]]) -> Any:
    """Again where the API has just been killed, or took too long to answer."""
    while True:
        try:
            return await ask()
        except httpx.HTTPError:
            await asyncio.sleep(0.2)
        except AssertionError as refused:
            if "TIMEOUT" not in str(refused):
                raise


async def measure(settings: Settings, campaigns: int, recipients: int, kills: int, seed: int) -> None:
    async with open_stage(settings, workers=WORKERS) as stage:
        run = Run(stage, Random(seed))
        creators = await Creators.make(stage, campaigns, fans=recipients)
        await stage.start_api()
        await asyncio.gather(*(worker.start() for worker in stage.workers))
        weather = Weather(stage.sandbox, run.random, FOUL)
        for number, creator in enumerate(creators.each):
            client = stage.client(creator.subject)
            fans: list[str] = [ids.encode("Fan", fan) for fan in creator.fans]
            wanted = {"content": f"{number} {{name}}", "idempotencyKey": f"campaign {number}"}
            answer = await _patiently(partial(bulk, client, fans, **wanted))
            assert answer["errors"] == [], answer
            run.made.append((client, answer["campaign"]["id"]))
        killing = [run.kill("worker", stage.workers, kills), run.kill("API", [stage.api], kills // 5)]
        acts = [*killing, run.steer(), weather.prevail()]
        tasks = [asyncio.ensure_future(act) for act in (*acts, run.resume_what_paused_itself())]
        try:
            await eventually(run.ended, 10 * LONG, "the end of all campaigns")
        except AssertionError as late:
            late.add_note(str(run.last))
            raise
        finally:
            for task in tasks:
                task.cancel()
            ends = await asyncio.gather(*tasks, return_exceptions=True)
        for end in ends:
            if isinstance(end, Exception):
                raise end
        await stage.sandbox.mend()
        await eventually(lambda: _answers(run), LONG, "the API")
        await stage.sandbox.quiet()
        await _report(run, recipients)


async def _answers(run: Run) -> bool:
    with suppress(httpx.HTTPError):
        return bool(await campaign_of(*run.made[0]))
    if not run.stage.api.alive:
        await run.stage.api.start()
    return False


async def _report(run: Run, recipients: int) -> None:
    told = [(await campaign_of(*each))["metrics"] for each in run.made]
    seen = arrivals(await run.stage.sandbox.arrivals())
    statuses = await run.stage.books.statuses()
    there = delivered(seen)
    lost = [text for text, status in statuses.items() if status in {"SENT", "DELIVERED"} and text not in there]
    wrong = [text for text, status in statuses.items() if status in {"FAILED", "CANCELLED"} and text in there]
    everybody = {f"{number} Fan {fan}" for number in range(len(run.made)) for fan in range(recipients)}
    rows = dict(sorted(run.did.items())) | {
        "campaigns": len(told),
        "recipients": sum(each["recipients"] for each in told),
        **{name: sum(each[name] for each in told) for name in COUNTED},
        **{f"failed: {why}": count for why, count in await run.stage.books.rows(REASONS)},
        "repeated: came more than once": len(delivered_often(seen)),
        "dropped: has no message": len(everybody - set(statuses)),
        "sent, and did not come": len(lost),
        "failed or cancelled, and came": len(wrong),
        "looks in which the numbers did not add up": len(run.lies),
        "drift of the metrics from the messages": await _drift(run, told),
    }
    print("| | |\n| --- | --- |", *(f"| {name} | {value:,} |" for name, value in rows.items()), sep="\n")


async def _drift(run: Run, told: list[dict[str, int]]) -> int:
    """Over all campaigns and numbers, by how much the API and the rows differ."""
    naive: dict[str, Counter[str]] = {}
    for campaign_id, recipients, status, count in await run.stage.books.rows(NAIVE):
        found = naive.setdefault(ids.encode("Campaign", campaign_id), Counter(recipients=recipients))
        if status is not None:
            found[GROUPS.get(status, status.lower())] += count
    return sum(
        abs(numbers[name] - naive[campaign_id][name])
        for (_, campaign_id), numbers in zip(run.made, told, strict=True)
        for name in ("recipients", *COUNTED)
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--campaigns", type=int, default=6)
    parser.add_argument("--recipients", type=int, default=100)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with (
        running_postgres() as postgres,
        running_redis() as redis,
        running_sqs() as sqs,
        session_settings(postgres, redis, sqs) as settings,
    ):
        quick = settings.model_copy(update=QUICK)
        asyncio.run(measure(quick, given.campaigns, given.recipients, given.kills, given.seed))


if __name__ == "__main__":
    main()
