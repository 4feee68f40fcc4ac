"""One worker process: its loops, and how it ends."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable

import structlog

from services.monitoring.depth import DepthGauge
from services.monitoring.metrics import Metric
from services.monitoring.publisher import EVERY_SECONDS
from services.monitoring.queue_check import QueueCheck
from services.runtime.resources import Resources
from services.sending.read_back import Reconciler
from services.sending.sweep import Sweeper
from services.sending.wake_ups import WakeUps
from services.workers.chores import Chores
from services.workers.importing import Importing
from services.workers.receiving import Receiving
from services.workers.reconciling import Reconciling
from services.workers.retention import Retention
from services.workers.senders import Senders, build_delivery
from services.workers.supervise import Bell, keep_running, wait_or_stop

log = structlog.get_logger(service="worker")

DRAIN_SECONDS = 10.5
"""A platform call ends within 10 s; whoever stops us waits 15 s, the stores after us included."""


class Worker:
    def __init__(self, resources: Resources) -> None:
        self.stopping = asyncio.Event()
        self.name = f"{socket.gethostname()}-{os.getpid()}"
        self._settings = resources.settings
        self._metrics = resources.metrics
        self._publisher = resources.publisher
        self._gauge = DepthGauge(resources, self.name)
        bell, import_bell = Bell(), Bell()
        self._receiving = Receiving(
            resources.queue,
            resources.transactions,
            resources.webhook_worker,
            resources.schedule,
            QueueCheck(resources.queue, resources.redis, resources.clock),
            WakeUps(resources.transactions, resources.queue),
            resources.metrics,
            bell,
            import_bell,
            self.stopping,
        )
        self._importing = Importing(
            resources.importer, import_bell, self.stopping, resources.settings.worker_sweep_seconds
        )
        delivery = build_delivery(resources, self.name, self.stopping.is_set)
        self._senders = Senders(resources.database, delivery, bell, self.stopping)
        self._chores = Chores(
            resources.transactions,
            Sweeper(resources.transactions),
            resources.webhook_worker,
            resources.schedule,
            bell,
            self.stopping,
            self.name,
            resources.settings.worker_sweep_seconds,
        )
        self._retention = Retention(resources.transactions, resources.settings, resources.limit, self.stopping)
        reconciler = Reconciler(resources.transactions, resources.adapters, resources.vault)
        self._reconciling = Reconciling(reconciler, self.stopping, resources.settings.worker_sweep_seconds)
        self._bell = bell
        self._import_bell = import_bell

    async def run(self) -> None:
        """Work until `stopping` is set; then claim nothing more, let what is being sent finish, and leave."""
        log.info("worker_started", action="start", worker=self.name, sending=self._settings.rate_limiter_enabled)
        loops = [
            asyncio.create_task(keep_running(name, step, self.stopping, self._failed), name=name)
            for name, step in self._steps()
        ]
        await self.stopping.wait()
        self._bell.ring()
        self._import_bell.ring()
        _, unfinished = await asyncio.wait(loops, timeout=DRAIN_SECONDS)
        for loop in unfinished:
            log.warning("loop_cut_off", action="stop", loop=loop.get_name())
            loop.cancel()
        await asyncio.gather(*loops, return_exceptions=True)
        await self._chores.leave()
        await self._publisher.finish()
        log.info("worker_stopped", action="stop", worker=self.name)

    def _steps(self) -> list[tuple[str, Callable[[], Awaitable[None]]]]:
        steps: list[tuple[str, Callable[[], Awaitable[None]]]] = [
            ("receive", self._receiving.step),
            ("sweep", self._chores.sweep),
            ("import", self._importing.step),
            ("beat", self._chores.beat),
            ("remove", self._retention.step),
            ("reconcile", self._reconciling.step),
            ("publish", self._publish),
        ]
        if self._settings.rate_limiter_enabled:
            steps.append(("watch", self._senders.watch))
            steps += [(f"send-{number}", self._senders.step) for number in range(self._settings.worker_senders)]
        return steps

    async def _publish(self) -> None:
        await wait_or_stop(self.stopping, EVERY_SECONDS)
        if self.stopping.is_set():
            return
        try:
            await self._gauge.measure()
        finally:
            await self._publisher.publish()

    def _failed(self) -> None:
        self._metrics.count(Metric.CONSUMER_ERRORS)
