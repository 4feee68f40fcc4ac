"""The depth of the queue over all users, measured by one worker at a time: the first by name of those that live."""

from __future__ import annotations

from typing import Protocol

from db.engine import Database
from db.queries import queue_status, worker_heartbeats
from services.monitoring.health import WORKER_SILENT_AFTER_SECONDS
from services.monitoring.metrics import Metric, Metrics


class Measured(Protocol):
    @property
    def database(self) -> Database: ...
    @property
    def metrics(self) -> Metrics: ...


class DepthGauge:
    """`worker`: the name under which this one's heart beats."""

    def __init__(self, resources: Measured, worker: str) -> None:
        self._database = resources.database
        self._metrics = resources.metrics
        self._worker = worker

    async def measure(self) -> None:
        """Nothing, where another worker does it. Two may measure in the minute in which one takes over."""
        async with self._database.reads() as session:
            if await worker_heartbeats.first(session, WORKER_SILENT_AFTER_SECONDS) == self._worker:
                self._metrics.measured(Metric.DEPTH, await queue_status.everybodys_depth(session))
