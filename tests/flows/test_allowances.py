"""The write allowance through the API: what is over it is refused as data, and nothing is stored."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import asyncpg
import pytest
from redis.asyncio import Redis

from services.runtime.settings import Settings
from tests.flows.graphql_client import GraphQLClient
from tests.flows.product import CREATE_FAN, SEND, Product, running_product

Measure = Callable[[], Awaitable[dict[str, int]]]

ALLOWANCES = "{ viewer { allowances { operation limit windowSeconds remaining resetsAt } } }"
REFUSED = """mutation ($input: CreateFanInput!) { createFan(input: $input) { fan { id } errors {
  __typename code message path ... on RateLimited { limit windowSeconds retryAfterSeconds } } } }"""


@pytest.fixture
async def strict(settings: Settings) -> AsyncIterator[Product]:
    """The product with the allowances it has by default."""
    usual = {name: Settings.model_fields[name].default for name in ("writes_per_minute", "bulk_sends_per_hour")}
    async with running_product(settings.model_copy(update=usual), worker=False) as product:
        yield product


@pytest.fixture
def rows(database_url: str) -> Measure:
    """How many rows each table has."""

    async def count() -> dict[str, int]:
        connection = await asyncpg.connect(database_url)
        try:
            tables = await connection.fetch("SELECT relname AS name FROM pg_stat_user_tables")
            return {name: await connection.fetchval(f'SELECT count(*) FROM "{name}"') for (name,) in tables}
        finally:
            await connection.close()

    return count


async def left(client: GraphQLClient) -> dict[str, int]:
    allowances = (await client.run(ALLOWANCES))["viewer"]["allowances"]
    return {each["operation"]: each["remaining"] for each in allowances}


def new_fan(number: int) -> dict[str, Any]:
    return {"platform": "SANDBOX", "name": f"Fan {number}", "handle": f"fan{number}"}


async def test_the_61st_write_is_refused_and_stores_nothing(strict: Product, rows: Measure) -> None:
    mia = strict.client()
    await strict.connect(mia)
    for number in range(59):
        assert (await mia.run(CREATE_FAN, {"input": new_fan(number)}))["createFan"]["errors"] == []
    before = await rows()
    answer = (await mia.run(REFUSED, {"input": new_fan(60)}))["createFan"]
    [error] = answer["errors"]
    assert answer["fan"] is None
    wait = error["retryAfterSeconds"]
    assert 0 < wait <= 60
    assert error == {
        "__typename": "RateLimited",
        "code": "RATE_LIMITED",
        "message": f"At most 60 writes in 60 s; try again in {wait} s.",
        "path": None,
        "limit": 60,
        "windowSeconds": 60,
        "retryAfterSeconds": wait,
    }
    assert await rows() == before
    assert (await left(mia))["writes"] == 0
    assert (await left(strict.client("noa")))["writes"] == 60


async def test_what_is_left_is_shown(strict: Product) -> None:
    mia = strict.client()
    answer = await mia.run(ALLOWANCES)
    assert answer["viewer"]["allowances"] == [
        {"operation": "writes", "limit": 60, "windowSeconds": 60, "remaining": 60, "resetsAt": None},
        {"operation": "imports", "limit": 100_000, "windowSeconds": 3600, "remaining": 100_000, "resetsAt": None},
        {"operation": "bulkSends", "limit": 5, "windowSeconds": 3600, "remaining": 5, "resetsAt": None},
    ]
    await strict.connect(mia)
    writes = (await mia.run(ALLOWANCES))["viewer"]["allowances"][0]
    assert writes["remaining"] == 59
    assert writes["resetsAt"] is not None


async def test_a_rejected_write_is_a_write(strict: Product) -> None:
    mia = strict.client()
    answer = (await mia.run(SEND, {"input": {"text": ""}}))["sendMessage"]
    assert answer["errors"] != []
    assert (await left(mia))["writes"] == 59


async def test_each_field_of_a_mutation_takes_one(settings: Settings) -> None:
    few = settings.model_copy(update={"writes_per_minute": 3})
    async with running_product(few, worker=False) as product:
        mia = product.client()
        fields = " ".join(f'f{n}: disconnectAccount(id: "none") {{ errors {{ code }} }}' for n in range(5))
        answer = await mia.run(f"mutation {{ {fields} }}")
        codes = [answer[f"f{n}"]["errors"][0]["code"] for n in range(5)]
        assert codes == ["NOT_FOUND"] * 3 + ["RATE_LIMITED"] * 2


async def test_queries_and_a_product_that_is_switched_off_take_none(settings: Settings, redis_endpoint: str) -> None:
    off = settings.model_copy(update={"onlyfans_crm_enabled": False, "writes_per_minute": 3})
    async with running_product(off, worker=False) as product:
        mia = product.client()
        await mia.run("{ viewer { id } queueStatus { depth } }")
        for _ in range(5):
            answer = await mia.run('mutation { disconnectAccount(id: "none") { errors { code } } }')
            assert [error["code"] for error in answer["disconnectAccount"]["errors"]] == ["SENDING_DISABLED"]
        assert (await left(mia))["writes"] == 3
    async with Redis.from_url(f"redis://{redis_endpoint}") as client:
        assert await client.keys("allowance:*") == []
