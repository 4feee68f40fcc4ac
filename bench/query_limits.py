"""`python -m bench.query_limits`: the server's time to refuse hostile queries, beside that for a normal one.

From the body of a request to the errors: JSON, parsing, validation. The normal query is stopped where its execution
begins, for want of a user. Each text is new to the process, so that no cache helps, and the kinds take turns, so that a
busy machine slows all of them alike.
"""

from __future__ import annotations

import asyncio
import gc
import json
from collections.abc import Callable
from statistics import median, quantiles
from time import perf_counter

from strawberry.types.execution import PreExecutionError

from resolvers.limits import bounds
from resolvers.quiet_schema import QuietSchema
from resolvers.root import build_schema
from tests.resolvers.limits.hostile import aliases, bomb, large, short_aliases

ROUNDS = 50
BASELINE = "a normal query, accepted (baseline)"
INBOX = """query Inbox { viewer { id inboxCursor accounts { id displayName status backlog { waiting sending } } }
  conversation(id: "none") { id unreadCount fan { id name handle tags valueCents } lastMessage { id text status }
    messages(last: 50) { nodes { id text direction status priceCents attachments { id type url }
      delivery { queuedAt sentAt waitReason } } pageInfo { hasPreviousPage startCursor } } } }"""
KINDS: dict[str, Callable[[], str]] = {
    BASELINE: lambda: INBOX,
    "60 levels of doubling fragments": lambda: bomb(60),
    "10,000 aliases, 169 kB": lambda: aliases(10_000),
    "10,000 aliases, 40 kB": lambda: short_aliases(10_000),
    "1 MB": lambda: large(1_000_000),
    "200 levels of fields": lambda: "{ viewer " * 200 + "}" * 200,
    "the same field 990 times": lambda: "{ viewer {" + " id" * 990 + "} }",
}


async def milliseconds(schema: QuietSchema, query: str, *, refused: bool) -> float:
    body = json.dumps({"query": query})
    gc.collect()
    began = perf_counter()
    result = await schema.execute(json.loads(body)["query"])
    took = perf_counter() - began
    assert isinstance(result, PreExecutionError) is refused
    assert not refused or (result.errors or [])[0].extensions == bounds.CODE
    return took * 1000


async def measure() -> dict[str, list[float]]:
    schema = build_schema(introspection=False)
    times: dict[str, list[float]] = {name: [] for name in KINDS}
    for number in range(ROUNDS + 1):
        for name, write in KINDS.items():
            took = await milliseconds(schema, write() + " " * number, refused=name != BASELINE)
            if number:
                times[name].append(took)
    return times


def main() -> None:
    times = asyncio.run(measure())
    print(f"{ROUNDS} rounds; milliseconds\n")
    print(f"{'query':<38}{'median':>9}{'p5':>9}{'p95':>9}{'most':>9}")
    for name, found in times.items():
        cuts = quantiles(found, n=20)
        print(f"{name:<38}{median(found):>9.2f}{cuts[0]:>9.2f}{cuts[-1]:>9.2f}{max(found):>9.2f}")


if __name__ == "__main__":
    main()
