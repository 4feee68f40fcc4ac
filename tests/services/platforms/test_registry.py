from __future__ import annotations

import httpx
from pydantic import SecretStr

from services.platforms import registry
from services.platforms.gateway import GatewayAdapter
from services.platforms.interface import Adapter
from services.runtime.settings import Settings


def settings(sandbox: str | None) -> Settings:
    return Settings(
        database_url=SecretStr("postgresql://localhost/test"),
        redis_endpoint="localhost:6379",
        sqs_rate_limiter_queue_url="http://localhost/queue",
        sandbox_api_base_url=sandbox,
    )


async def test_the_sandbox_is_offered_where_its_address_is_set() -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        without = registry.build(settings(None), client)
        adapters = registry.build(settings("http://127.0.0.1:8010"), client)

    assert without.adapter_for("ONLYFANS") is not None
    assert without.adapter_for("SANDBOX") is None
    sandbox: Adapter | None = adapters.adapter_for("SANDBOX")
    assert isinstance(sandbox, GatewayAdapter)
    assert sandbox.name == "SANDBOX"


async def test_other_platforms_have_no_adapter() -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        adapters = registry.build(settings(None), client)

    assert [adapters.adapter_for(name) for name in ("FANSLY", "FANVUE", "PATREON", "MYSPACE")] == [None] * 4
