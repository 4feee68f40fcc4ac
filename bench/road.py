"""How long is the road? From the mutation to the platform and to an open inbox, under the limit.

    .venv/bin/python -m bench.road [--accounts 30] [--messages 90]

API, worker, platform and client share this process and real stores, so the figures are upper bounds. The baseline is
one GraphQL request that reads nothing, in the same run: machine noise shows in it first.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import time
from collections.abc import Sequence

from services.runtime.settings import Settings
from tests.conftest import session_settings
from tests.flows.graphql_client import GraphQLClient, Subscription
from tests.flows.product import INBOX, Product, running_product
from tests.parts import running_postgres, running_redis, running_sqs

APART_SECONDS = 0.25


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--accounts", type=int, default=30)
    parser.add_argument("--messages", type=int, default=90)
    arguments = parser.parse_args()
    with (
        running_postgres() as postgres,
        running_redis() as redis,
        running_sqs() as sqs,
        session_settings(postgres, redis, sqs) as settings,
    ):
        asyncio.run(measure(settings, arguments.accounts, arguments.messages))


async def measure(settings: Settings, accounts: int, messages: int) -> None:
    async with running_product(settings) as product:
        mia = product.client()
        fans = [await _fan(product, mia, number) for number in range(accounts)]
        baseline = [await _timed_nothing(mia) for _ in range(messages)]
        mutations: list[float] = []
        starts: dict[str, float] = {}
        seen: dict[str, float] = {}
        async with mia.subscribe(INBOX) as inbox:
            await inbox.until("InboxReady")
            watching = asyncio.create_task(_watch(inbox, seen, messages))
            for number in range(messages):
                text, began = f"message {number}", time.time()
                sent = await product.send(mia, fanId=fans[number % accounts], text=text)
                mutations.append(time.time() - began)
                starts[text] = began
                starts[sent["message"]["id"]] = began
                await asyncio.sleep(APART_SECONDS)
            await watching
        arrivals = {each["text"]: each["receivedAt"] for each in await product.sandbox.arrivals()}
    _print("one request that reads nothing (baseline)", baseline, baseline)
    _print("sendMessage, answered", mutations, baseline)
    _print("sendMessage to platform", [arrivals[text] - starts[text] for text in arrivals], baseline)
    _print("sendMessage to SENT in an open inbox", [seen[key] - starts[key] for key in seen], baseline)


async def _fan(product: Product, client: GraphQLClient, number: int) -> str:
    account = await product.connect(client, f"acct_{number}")
    return await product.fan(client, f"fan{number}", accountId=account, platformFanId=f"p{number}")


async def _timed_nothing(client: GraphQLClient) -> float:
    began = time.time()
    await client.run("{ __typename }")
    return time.time() - began


async def _watch(inbox: Subscription, seen: dict[str, float], messages: int) -> None:
    while len(seen) < messages:
        event = await inbox.until("MessageUpdated", 60, status="SENT")
        seen[event["message"]["id"]] = time.time()


def _print(what: str, seconds: Sequence[float], baseline: Sequence[float]) -> None:
    ordered = sorted(seconds)
    p95 = ordered[max(0, round(len(ordered) * 0.95) - 1)]
    ratio = statistics.median(ordered) / statistics.median(baseline)
    print(
        f"{what:45} n={len(ordered):<4} p50 {statistics.median(ordered) * 1000:7.1f} ms  p95 {p95 * 1000:7.1f} ms"
        f"  max {ordered[-1] * 1000:7.1f} ms  p50 is {ratio:4.1f} x the baseline"
    )


if __name__ == "__main__":
    main()
