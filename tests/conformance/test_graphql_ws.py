"""Driven by npm's graphql-ws, as browsers use it: it subscribes, and it comes back by itself."""

from __future__ import annotations

import json
import time
from contextlib import AsyncExitStack
from typing import Any

import httpx

from services.devstack.ports import free_port
from services.runtime.settings import Settings
from tests.conformance.node import Script, script
from tests.resolvers.transport.api import Api, running_api

EVENTS = """subscription { inboxEvents { __typename
  ... on AccountUpdated { account { displayName } } ... on FanUpdated { fan { name } } } }"""
CREATE = """mutation ($name: String!) {
  createFan(input: {platform: SANDBOX, name: $name}) { fan { id } errors { message } } }"""


async def create_fan(api: Api, name: str) -> None:
    headers = {"Authorization": f"Bearer {api.token()}"}
    async with httpx.AsyncClient(base_url=api.url, headers=headers, trust_env=False) as http:
        answer = await http.post("/graphql", json={"query": CREATE, "variables": {"name": name}})
    assert answer.json()["data"]["createFan"]["errors"] == []


async def next_event(client: Script) -> dict[str, Any]:
    line = await client.until("next")
    assert "errors" not in line
    event: dict[str, Any] = line["data"]["inboxEvents"]
    return event


def given(api: Api, *tokens: str) -> dict[str, str]:
    return {"URL": api.socket_url, "TOKENS": json.dumps(tokens), "QUERY": EVENTS}


async def sees(client: Script, api: Api, name: str) -> None:
    """A fan made now is an event there."""
    await create_fan(api, name)
    assert await next_event(client) == {"__typename": "FanUpdated", "fan": {"name": name}}


async def test_it_subscribes_and_comes_back_after_a_restart(settings: Settings) -> None:
    port = free_port()
    async with AsyncExitStack() as stack:
        async with running_api(settings, port=port) as api:
            client = await stack.enter_async_context(script("subscriber.mjs", given(api, api.token())))
            assert await next_event(client) == {"__typename": "InboxReady"}
            await sees(client, api, "before")
        assert (await client.until("closed"))["code"] == 1012
        async with running_api(settings, port=port) as api:
            assert await next_event(client) == {"__typename": "InboxReady"}
            await sees(client, api, "after")


async def test_it_comes_back_with_a_fresh_token_when_the_old_one_expires(settings: Settings) -> None:
    async with running_api(settings) as api:
        short = api.token(exp=int(time.time()) + 3)
        async with script("subscriber.mjs", given(api, short, api.token())) as client:
            assert (await client.until("closed"))["code"] == 4403
            assert await next_event(client) == {"__typename": "InboxReady"}
            await sees(client, api, "after")


async def test_it_gets_a_token_anew_when_the_first_is_refused(settings: Settings) -> None:
    async with AsyncExitStack() as stack:
        api = await stack.enter_async_context(running_api(settings))
        client = await stack.enter_async_context(script("subscriber.mjs", given(api, "nonsense", api.token())))
        assert (await client.until("closed"))["code"] == 4403
        assert await next_event(client) == {"__typename": "InboxReady"}
