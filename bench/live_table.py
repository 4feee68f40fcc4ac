"""A row of the table that `bench.live` prints."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import Any


def line(name: str, rounds: Sequence[dict[str, Any]]) -> str:
    def middle(field: str) -> float:
        return statistics.median(float(each[field]) for each in rounds if each[field] is not None)

    share = 100 * min(each["delivered"] / each["due"] for each in rounds)
    worst = max(float(each["p99"]) for each in rounds)
    return (
        f"| {name} | {share:.1f} | {middle('p50'):.1f} | {middle('p99'):.1f} ({worst:.1f}) |"
        f" {middle('cpu_share'):.0f} | {middle('socket_kb'):.0f} | {middle('client_share'):.0f} |"
    )
