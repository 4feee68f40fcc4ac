"""The rows of the table that `bench.live` prints: the median of the rounds, and every p99."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import Any

HEAD = (
    "| sockets on inboxes | delivered % | p50 ms | p99 ms (each round) | p99 / floor's | CPU % | CPU ms an event"
    " | kB a socket | load |\n"
    "| --- | --- | --- | --- | --- | --- | --- | --- | --- |"
)
Round = dict[str, Any]


def middle(rounds: Sequence[Round], name: str) -> float:
    return statistics.median(float(each[name]) for each in rounds if each[name] is not None)


def row(name: str, rounds: Sequence[Round], floors: Sequence[Round] | None = None) -> str:
    share = 100 * min(each["delivered"] / each["due"] for each in rounds)
    p99, each_p99 = middle(rounds, "p99"), ", ".join(f"{each['p99']:.1f}" for each in rounds)
    ratio = f"{p99 / middle(floors, 'p99'):.1f}" if floors else ""
    cells = (
        name,
        f"{share:.1f}",
        f"{middle(rounds, 'p50'):.1f}",
        f"{p99:.1f} ({each_p99})",
        ratio,
        f"{middle(rounds, 'cpu_share'):.0f}",
        f"{middle(rounds, 'cpu_event'):.1f}",
        f"{middle(rounds, 'socket_kb'):.0f}",
        f"{middle(rounds, 'load'):.1f}",
    )
    return f"| {' | '.join(cells)} |"
