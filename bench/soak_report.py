"""What a soak found, as a table for the docs, and whether a promise is broken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from bench.soak_sizes import Size, sizes
from bench.soak_unknowns import Unknowns
from bench.soak_work import Work
from tests.promises.audit import arrivals, delivered_often, inversions, most_in_a_window, smallest_gap
from tests.promises.books import disagreements
from tests.promises.stage import Stage

TINY = 0.001


@dataclass(frozen=True, slots=True)
class Report:
    """Counts by name, in the order in which they are shown; `promised` those that must be 0."""

    shown: Mapping[str, str | int]
    broken_promises: Mapping[str, int]
    tables: Mapping[str, tuple[Size, Size]]

    def broken(self) -> list[str]:
        return [name for name, count in self.broken_promises.items() if count]

    def table(self) -> str:
        lines = ["| what | figure |", "| --- | ---: |"]
        lines += [f"| {name} | {value} |" for name, value in self.shown.items()]
        lines += [f"| {name} | {count} |" for name, count in self.broken_promises.items()]
        lines += ["", "| table | before | after | rows | dead rows | inserted | updated | removed |"]
        lines += ["| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"]
        lines += [_line(name, *pair) for name, pair in self.tables.items()]
        lines += ["", f"broken: {', '.join(self.broken()) or 'nothing'}"]
        return "\n".join(lines)


def _line(name: str, before: Size, after: Size) -> str:
    counts = (after.live, after.dead, after.inserted, after.updated, after.deleted)
    return f"| {name} | {before.size // 1024} kB | {after.size // 1024} kB | {' | '.join(map(str, counts))} |"


async def report(
    stage: Stage,
    work: Work,
    unknowns: Unknowns,
    happened: Counter[str],
    seconds: float,
    before: Mapping[str, Size],
    seed: int,
) -> Report:
    await unknowns.look()
    seen = arrivals(await stage.sandbox.arrivals())
    statuses = await stage.books.statuses()
    ends = Counter(statuses.values())
    limit, window = stage.settings.rate_limit_messages, stage.settings.rate_limit_window_seconds
    most, gap = most_in_a_window(seen, window), smallest_gap(seen)
    differing = disagreements(statuses, seen)
    for line in differing[:20]:
        print(line)
    return Report(
        shown={
            "seed": seed,
            "minutes": f"{seconds / 60:.1f}",
            "messages": work.messages,
            "requests at the platform": len(seen),
            **dict(sorted(happened.items())),
            **{f"answer: {name}": count for name, count in sorted(work.answers.items())},
            **unknowns.counts(),
            **{status: ends[status] for status in sorted(ends)},
            f"most in a window (limit {limit})": most,
            f"smallest gap (at least {stage.settings.rate_limit_min_gap_seconds} s)": f"{gap:.3f} s",
        },
        broken_promises={
            "lost": work.messages - len(statuses),
            "delivered twice": len(delivered_often(seen)),
            "books and platform differ": len(differing),
            "order inversions": len(inversions(seen, work.written)),
            "stuck": work.stuck,
            "windows over the limit": int(most > limit),
            "gaps too small": int(gap < stage.settings.rate_limit_min_gap_seconds - TINY),
        },
        tables={name: (before[name], size) for name, size in sorted((await sizes(stage.books)).items())},
    )
