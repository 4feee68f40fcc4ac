"""A foreign id behaves exactly as one that does not exist, wherever an id can be given."""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from graphql import GraphQLSchema, build_schema

from db.models import Base
from services.devstack.supervisor import ROOT
from services.runtime.settings import Settings
from tests.flows.every_id import Place, nested, places
from tests.flows.graphql_client import File, GraphQLClient
from tests.flows.product import Product, running_product

IMPORT = "mutation ($file: Upload!) { importFans(file: $file, platform: FANVUE) { fanImport { id } } }"
FILE = File("fans.csv", b"Username\nrobin\n")
OBJECTS = """{ viewer { id accounts { id } } }"""


@pytest.fixture
async def quiet(settings: Settings) -> AsyncIterator[Product]:
    """Without a worker, so that nothing changes by itself."""
    async with running_product(settings, worker=False) as running:
        yield running


@pytest.fixture
def schema() -> GraphQLSchema:
    return build_schema((ROOT / "schema" / "schema.graphql").read_text())


async def test_no_place_tells_a_foreign_id_from_an_unknown_one(quiet: Product, schema: GraphQLSchema) -> None:
    product = quiet
    victim, stranger = product.client("victim"), product.client("stranger")
    owned = await _objects_of(product, victim)
    await product.connect(stranger, "acct_stranger")
    before = await _rows(product, victim)
    tried = 0
    for place in places(schema):
        for kind, foreign in owned.items():
            unknown = _global_id(kind, uuid.uuid4())
            answers = [await _answer(stranger, place, schema, identifier) for identifier in (foreign, unknown)]
            assert answers[0] == answers[1], f"{place} with another owner's {kind}"
            tried += 1
    own = await _objects_of(product, stranger, "acct_own")
    for kind, document in nested(schema):
        for of, foreign in owned.items():
            given = [{"own": own[kind], "id": each} for each in (foreign, _global_id(of, uuid.uuid4()))]
            told = [_blurred((await stranger.post(document, each)).text, each["id"]) for each in given]
            assert told[0] == told[1], f"{document} with another owner's {of}"
            tried += 1
    assert await _rows(product, victim) == before
    print(f"{tried} places tried")
    assert tried >= 5 * len(owned)


async def test_an_open_inbox_hears_nothing_of_another_owner(product: Product) -> None:
    victim, stranger = product.client("victim"), product.client("stranger")
    owned = await _objects_of(product, victim)
    query = """subscription ($conversation: ID) { inboxEvents(conversationId: $conversation) { __typename
      ... on MessageAdded { message { text } } ... on FanUpdated { fan { name } } } }"""
    async with (
        stranger.subscribe(query) as everything,
        stranger.subscribe(query, {"conversation": owned["Conversation"]}) as narrowed,
    ):
        assert (await everything.next())["__typename"] == "InboxReady"
        assert (await narrowed.next())["__typename"] == "InboxReady"
        await product.send(victim, fanId=owned["Fan"], text="not for you")
        await product.fan(stranger, "mine")
        heard = await everything.next()
        assert heard == {"__typename": "FanUpdated", "fan": {"name": "Mine"}}
        assert narrowed.events == [{"__typename": "InboxReady"}]


async def _objects_of(product: Product, client: GraphQLClient, account_id: str = "acct_victim") -> dict[str, str]:
    """One object of every kind, by its type's name."""
    account = await product.connect(client, account_id)
    fan = await product.fan(client, accountId=account)
    message = (await product.send(client, fanId=fan, text="mine"))["message"]
    viewer = (await client.run(OBJECTS))["viewer"]["id"]
    return {
        "CreatorAccount": account,
        "Fan": fan,
        "Message": message["id"],
        "Conversation": message["conversation"]["id"],
        "Viewer": viewer,
        "FanImport": (await client.run(IMPORT, {"file": FILE}))["importFans"]["fanImport"]["id"],
    }


async def _answer(client: GraphQLClient, place: Place, schema: GraphQLSchema, identifier: str) -> Any:
    """What the client is told, without the id it gave itself and without moments that differ by themselves."""
    variables = place.variables(schema, identifier)
    if place.operation == "subscription":
        async with client.subscribe(place.document, variables) as subscription:
            try:
                return (await subscription.next())["__typename"]
            except AssertionError as refused:
                return _blurred(str(refused), identifier)
    return _blurred((await client.post(place.document, variables)).text, identifier)


def _blurred(text: str, identifier: str) -> Any:
    return text.replace(identifier, "ID")


def _global_id(kind: str, key: uuid.UUID) -> str:
    return base64.b64encode(f"{kind}:{key}".encode()).decode()


async def _rows(product: Product, client: GraphQLClient) -> dict[str, list[str]]:
    """Everything that is stored for the user, but for what moves by itself."""
    viewer = (await client.run(OBJECTS))["viewer"]["id"]
    owner = uuid.UUID(base64.b64decode(viewer).decode().split(":")[1])
    connection = await asyncpg.connect(product.settings.database_url.get_secret_value())
    stored: dict[str, list[str]] = {}
    for table in Base.metadata.sorted_tables:
        if "user_id" in table.c:
            rows = await connection.fetch(f"SELECT to_jsonb(t) AS row FROM {table.name} t WHERE user_id = $1", owner)
            stored[table.name] = sorted(json.dumps(json.loads(row["row"]), sort_keys=True) for row in rows)
    await connection.close()
    return stored
