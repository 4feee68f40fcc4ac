"""Every setting of the product: declared once, read once at start, documented in `.env.example` by the same names.

Field names in upper case are the names of the environment variables. A variable `NAME_FILE` gives the path of a file
whose content is the value of NAME, for secrets that are mounted as files.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

SHARED_WORDS = frozenset({"AWS", "DATA", "LOG"})
"""Other programs' variables begin with these as well: a strange one is no misspelling of ours."""


class Settings(BaseModel):
    """Units are in the names or in the descriptions. Secrets have no defaults."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    # Stores
    database_url: SecretStr = Field(description="postgresql://user:password@host:port/name; ?sslmode=require for TLS")
    migration_database_url: SecretStr | None = Field(
        None, description="the same database as a role that may alter tables"
    )
    database_pool_size: int = Field(10, ge=1, le=200, description="connections of one process")
    database_statement_timeout_seconds: float = Field(8, gt=0, description="a statement of any process ends after this")
    redis_endpoint: str = Field(description="host:port, or redis://host:port, or rediss://host:port for TLS")
    redis_auth_token: SecretStr | None = None
    redis_timeout_seconds: float = Field(1, gt=0, le=10, description="connecting to Redis, and one answer of it")

    # Queue and metrics
    aws_region: str = "us-east-1"
    aws_endpoint_url_sqs: str | None = Field(None, description="an SQS-compatible server instead of AWS")
    aws_endpoint_url_cloudwatch: str | None = Field(None, description="a CloudWatch-compatible server instead of AWS")
    sqs_rate_limiter_queue_url: str = Field(description="the queue every outbound message passes")
    sqs_rate_limiter_dlq_url: str | None = Field(
        None, description="its dead-letter queue; needed for dlqCount and redrive"
    )
    queue_timeout_seconds: float = Field(
        1.5, gt=0, le=10, description="connecting to the queue service, and one answer of it; CloudWatch has twice that"
    )
    cloudwatch_namespace: str = "Huntaze/OnlyFans"

    # Flags; they take effect at restart
    rate_limiter_enabled: bool = Field(True, description="false: sends are refused, accepted messages wait")
    onlyfans_crm_enabled: bool = Field(True, description="false: every mutation is refused, queries go on")

    # The limit towards a platform, for each creator account
    rate_limit_messages: int = Field(10, ge=3, le=1000)
    rate_limit_window_seconds: float = Field(60, gt=0)
    rate_limit_min_gap_seconds: float = Field(3, ge=0)

    campaign_most_failures: int = Field(
        20, ge=1, le=1000, description="a campaign of which so many messages in a row failed pauses itself"
    )

    # The allowances of each user, over all processes
    writes_per_minute: int = Field(60, ge=1, le=1_000_000, description="mutations")
    imports_per_hour: int = Field(10, ge=1, le=1_000_000, description="CSV imports")
    bulk_sends_per_hour: int = Field(5, ge=1, le=1_000_000, description="bulk messages")

    # Access
    jwt_secret: SecretStr | None = Field(None, min_length=32, description="HS256 secret, at least 32 bytes")
    jwt_jwks_url: str | None = Field(None, description="RS256 and ES256 keys; demands JWT_ISSUER and JWT_AUDIENCE")
    jwt_issuer: str | None = None
    jwt_audience: str | None = None
    jwt_leeway_seconds: int = Field(10, ge=0, le=60, description="tolerated difference of clocks")
    credentials_keys: SecretStr | None = Field(
        None, description="Fernet keys for platform credentials, comma-separated; the first encrypts, all decrypt"
    )
    allowed_origins: tuple[str, ...] = Field(
        (), description="comma-separated origins for CORS and websockets; * for any"
    )

    # Platforms
    onlyfans_api_base_url: str = Field("https://app.onlyfansapi.com/api", description="the OnlyFans gateway")
    sandbox_api_base_url: str | None = Field(None, description="the built-in sandbox platform; unset: not offered")
    platform_timeout_seconds: float = Field(10, gt=0, le=60, description="one call to a platform")

    # The API
    host: str = "127.0.0.1"
    port: int = Field(8000, ge=1, le=65535)
    public_url: str | None = Field(
        None, pattern="^https?://", description="where clients reach the API; download addresses begin with it"
    )
    operation_timeout_seconds: float = Field(10, gt=0, le=60, description="a query or mutation is answered by then")
    graphql_introspection: bool = Field(False, description="may clients read the schema? GraphiQL needs it")
    statement_guard: bool = Field(False, description="refuse statements that bind no owner; on in the embedded start")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    # Workers
    worker_senders: int = Field(8, ge=1, le=100, description="messages one worker process sends at the same time")
    worker_lease_seconds: float = Field(60, gt=0, description="an attempt not begun after this was interrupted")
    worker_sweep_seconds: float = Field(5, gt=0, description="pause between two rounds of the sweeper")

    # How long is kept what is only looked at for a while; older rows are removed by the workers in small steps
    retention_attempts_days: float = Field(30, gt=0, description="attempts, after their message has come to its end")
    retention_live_events_hours: float = Field(24, gt=0, description="live events; an older cursor means refetch")
    retention_webhooks_days: float = Field(30, gt=0, description="worked-on webhooks, by which repeats are recognised")
    retention_idempotency_keys_days: float = Field(30, gt=0, description="a client's key, which gives the first result")
    retention_pause_seconds: float = Field(300, gt=0, description="pause between two rounds of removing")

    # The embedded start
    data_dir: Path = Field(Path(".data"), description="all state of `make run`")

    @field_validator("allowed_origins", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _jwks_demands_issuer_and_audience(self) -> Settings:
        if self.jwt_jwks_url and not (self.jwt_issuer and self.jwt_audience):
            raise ValueError("JWT_JWKS_URL demands JWT_ISSUER and JWT_AUDIENCE")
        return self

    @model_validator(mode="after")
    def _a_lease_outlasts_a_call(self) -> Settings:
        """A reservation lives through a look-up, which may take as long as any call."""
        if self.worker_lease_seconds < self.platform_timeout_seconds + 2:
            raise ValueError("WORKER_LEASE_SECONDS must be 2 more than PLATFORM_TIMEOUT_SECONDS at least")
        return self

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> Settings:
        """Read the environment and the files it names. Raises pydantic's ValidationError naming what is missing."""
        return cls.model_validate(_values(environ))


def _values(environ: Mapping[str, str]) -> dict[str, str]:
    values: dict[str, str] = {}
    for field in Settings.model_fields:
        name = field.upper()
        if path := environ.get(f"{name}_FILE"):
            values[field] = Path(path).read_text(encoding="utf-8").strip()
        elif environ.get(name):
            values[field] = environ[name]
    return values


def warnings(settings: Settings, environ: Mapping[str, str] = os.environ) -> list[str]:
    """One sentence for each setting that is probably misspelt or missing; said at start, by name."""
    found = [f"{name} is not a setting of this product" for name in sorted(environ) if _misspelt(name)]
    if not settings.jwt_secret and not settings.jwt_jwks_url:
        found.append("neither JWT_SECRET nor JWT_JWKS_URL is set: nobody can sign in")
    if not settings.credentials_keys:
        found.append("CREDENTIALS_KEYS is not set: no account can be connected and nothing can be sent")
    if not settings.sqs_rate_limiter_dlq_url:
        found.append("SQS_RATE_LIMITER_DLQ_URL is not set: dead letters cannot be counted")
    return found


def _misspelt(name: str) -> bool:
    """It begins with the first word of a setting, and is none."""
    known = {field.upper() for field in Settings.model_fields}
    first_words = {setting.partition("_")[0] for setting in known if "_" in setting} - SHARED_WORDS
    word, underscore, _ = name.partition("_")
    return bool(underscore) and word in first_words and name.removesuffix("_FILE") not in known
