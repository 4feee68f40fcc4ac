"""Everything a process holds open, in one exit stack: opened in this order, closed in the reverse.

Stores first, then what speaks to the outside, then the services that are handed both. Nothing here is global: the API
and the worker each open their own.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from random import Random

import httpx
from redis.asyncio import Redis

from db import engine
from db.engine import Database
from db.unit_of_work import Transactions
from services.access.allowance import allowances_of
from services.access.allowances import Allowances
from services.access.downloads import Downloads, build_downloads
from services.accounts.connect import Accounts
from services.accounts.credentials import Vault
from services.analytics.sessions import Sessions
from services.campaigns.bulk_send import BulkSender
from services.campaigns.progress import Progress
from services.campaigns.schedule import Schedule
from services.campaigns.steering import Steering
from services.campaigns.update import Updates
from services.campaigns.wake import Alarm
from services.fans.fans import Fans
from services.fans.imports.importer import Importer
from services.fans.imports.imports import FanImports
from services.live.channel import Announcer
from services.monitoring.health import Health
from services.monitoring.metrics import Metrics
from services.monitoring.publisher import Publisher
from services.pacing.limit import Limit
from services.platforms import registry
from services.platforms.registry import Adapters
from services.runtime import messenger
from services.runtime.aws import open_sqs
from services.runtime.aws_cloudwatch import open_cloudwatch
from services.runtime.clock import Clock, SystemClock
from services.runtime.connections import Connections
from services.runtime.settings import Settings
from services.sending.dead_letters import DeadLetters
from services.sending.estimate import Estimates
from services.sending.queue import RateLimiterQueue
from services.sending.queueing import Queueing
from services.sending.retry_by_hand import RetryByHand
from services.sending.send import Sending
from services.sending.status import QueueStatusReader
from services.webhooks.receive import WebhookReceiver
from services.webhooks.work import WebhookWorker

IDLE_SECONDS = 4.0
"""A connection to a platform is not used again after so long: many servers close one after five, and a call that meets
the close has an unknown outcome."""


@dataclass(frozen=True, slots=True)
class Resources:
    """What a process works with."""

    settings: Settings
    clock: Clock
    database: Database
    redis: Redis
    http: httpx.AsyncClient
    announcer: Announcer
    transactions: Transactions
    adapters: Adapters
    vault: Vault
    queue: RateLimiterQueue
    limit: Limit
    estimates: Estimates
    allowances: Allowances
    accounts: Accounts
    fans: Fans
    downloads: Downloads
    fan_imports: FanImports
    importer: Importer
    sending: Sending
    retry_by_hand: RetryByHand
    bulk_sender: BulkSender
    steering: Steering
    updates: Updates
    schedule: Schedule
    progress: Progress
    queue_status: QueueStatusReader
    analytics_sessions: Sessions
    webhook_receiver: WebhookReceiver
    webhook_worker: WebhookWorker
    health: Health
    metrics: Metrics
    publisher: Publisher
    connections: Connections


def limit_of(settings: Settings) -> Limit:
    return Limit(
        settings.rate_limit_messages,
        timedelta(seconds=settings.rate_limit_window_seconds),
        timedelta(seconds=settings.rate_limit_min_gap_seconds),
    )


@asynccontextmanager
async def open_resources(settings: Settings, application: str) -> AsyncIterator[Resources]:
    """Open everything; nothing is contacted before it is needed, so that a process starts while a store is away."""
    async with AsyncExitStack() as stack:
        database = engine.connect(
            settings.database_url.get_secret_value(),
            pool_size=settings.database_pool_size,
            statement_timeout_seconds=settings.database_statement_timeout_seconds,
            owner_guard=settings.statement_guard,
            application=application,
        )
        stack.push_async_callback(database.engine.dispose)
        redis = messenger.commands(settings)
        stack.push_async_callback(redis.aclose)
        http = await stack.enter_async_context(
            httpx.AsyncClient(
                timeout=settings.platform_timeout_seconds,
                limits=httpx.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=IDLE_SECONDS),
                follow_redirects=False,
                trust_env=False,
            )
        )
        clock = SystemClock()
        sqs = await stack.enter_async_context(open_sqs(settings))
        dead_letters = DeadLetters(sqs, settings.sqs_rate_limiter_dlq_url, redis, clock)
        queue_url, enabled = settings.sqs_rate_limiter_queue_url, settings.rate_limiter_enabled
        queue = RateLimiterQueue(sqs, queue_url, dead_letters, clock, Random(), enabled=enabled)  # noqa: S311 - jitter
        cloudwatch = await stack.enter_async_context(open_cloudwatch(settings))
        connections = Connections(database.engine, redis, (sqs, cloudwatch))
        metrics = Metrics(clock)
        publisher = Publisher(metrics, cloudwatch, clock)
        yield _assemble(settings, clock, database, redis, http, queue, metrics, publisher, connections)


def _assemble(
    settings: Settings,
    clock: Clock,
    database: Database,
    redis: Redis,
    http: httpx.AsyncClient,
    queue: RateLimiterQueue,
    metrics: Metrics,
    publisher: Publisher,
    connections: Connections,
) -> Resources:
    announcer = Announcer(redis)
    transactions = Transactions(database, announcer, metrics.observe)
    adapters = registry.build(settings, http, clock)
    vault = Vault(settings.credentials_keys.get_secret_value() if settings.credentials_keys else None)
    limit = limit_of(settings)
    allowances = Allowances(redis, clock, allowances_of(settings))
    enabled = settings.rate_limiter_enabled
    estimates = Estimates(database, limit, enabled=enabled)
    queueing = Queueing(database, transactions, queue, estimates, clock)
    progress, alarm = Progress(settings.campaign_most_failures), Alarm(queue, clock)
    return Resources(
        settings=settings,
        clock=clock,
        database=database,
        redis=redis,
        http=http,
        announcer=announcer,
        transactions=transactions,
        adapters=adapters,
        vault=vault,
        queue=queue,
        limit=limit,
        estimates=estimates,
        allowances=allowances,
        accounts=Accounts(transactions, adapters, vault),
        fans=Fans(transactions),
        downloads=build_downloads(settings, clock),
        fan_imports=FanImports(database, transactions, queue, allowances, announcer),
        importer=Importer(database, transactions, announcer),
        sending=Sending(transactions, adapters, queueing, clock, enabled=enabled),
        retry_by_hand=RetryByHand(transactions, adapters, queueing, enabled=enabled),
        bulk_sender=BulkSender(database, transactions, adapters, queueing, estimates, alarm, clock, enabled=enabled),
        steering=Steering(transactions, queueing, alarm, clock, enabled=enabled),
        updates=Updates(transactions, adapters, alarm, clock),
        schedule=Schedule(transactions, queueing, progress, enabled=enabled),
        progress=progress,
        analytics_sessions=Sessions(database),
        queue_status=QueueStatusReader(database, queue, redis, estimates, clock, enabled=enabled),
        webhook_receiver=WebhookReceiver(database, transactions, adapters, vault, queue, clock),
        webhook_worker=WebhookWorker(transactions, adapters),
        health=Health(database, redis, queue, clock),
        metrics=metrics,
        publisher=publisher,
        connections=connections,
    )
