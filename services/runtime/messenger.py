"""Redis clients. Redis is only the messenger: nothing waits long for it, and nothing is lost with it."""

from __future__ import annotations

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from services.runtime.settings import Settings

PING_EVERY_SECONDS = 10


def commands(settings: Settings) -> Redis:
    """For single commands: fails within `redis_timeout_seconds` rather than keep a mutation waiting."""
    return Redis.from_url(
        address(settings),
        password=_password(settings),
        socket_connect_timeout=settings.redis_timeout_seconds,
        socket_timeout=settings.redis_timeout_seconds,
        retry=Retry(NoBackoff(), 0),
    )


def listening(settings: Settings) -> Redis:
    """For the one subscription of an API process, which is silent for as long as nothing happens."""
    return Redis.from_url(
        address(settings),
        password=_password(settings),
        socket_connect_timeout=settings.redis_timeout_seconds,
        health_check_interval=PING_EVERY_SECONDS,
        retry=Retry(NoBackoff(), 0),
    )


def address(settings: Settings) -> str:
    """`host:port` is what ElastiCache shows as its endpoint; a URL may say rediss:// for TLS."""
    endpoint = settings.redis_endpoint
    return endpoint if "://" in endpoint else f"redis://{endpoint}"


def _password(settings: Settings) -> str | None:
    return settings.redis_auth_token.get_secret_value() if settings.redis_auth_token else None
