"""The seed against the real sandbox platform, and a stand-in for the GraphQL API that keeps what it is told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from services.devstack.demo import DEMO_ACCOUNT, FANS, OPENINGS, sandbox_account
from services.devstack.seed import Seed, SeedFailure
from services.platforms.sandbox_server import build_app, running
from services.platforms.sandbox_server.accounts import Account
from tests.waiting import eventually

SECRETS = {"DEMO_API_KEY": "key", "DEMO_WEBHOOK_SECRET": "secret"}


@dataclass
class Api:
    """Answers as the schema says; `refusal` is the error of every mutation, if there is one."""

    accounts: list[dict[str, Any]] = field(default_factory=list)
    fans: list[dict[str, Any]] = field(default_factory=list)
    webhooks: list[dict[str, Any]] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)
    refusal: str | None = None

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/graphql", self._graphql, methods=["POST"]),
                Route("/webhooks/sandbox", self._webhook, methods=["POST"]),
            ]
        )

    async def _graphql(self, request: Request) -> Response:
        self.tokens.add(request.headers["authorization"])
        body = await request.json()
        errors = [{"message": self.refusal}] if self.refusal else []
        if "viewer" in body["query"]:
            return JSONResponse({"data": {"viewer": {"accounts": self._shown()}}})
        name, kept = ("connectAccount", self.accounts) if "connect" in body["query"] else ("createFan", self.fans)
        if not errors:
            kept.append(body["variables"]["input"])
        made = {"account": {"id": "account-id"}, "fan": {"id": "fan-id"}, "errors": errors}
        return JSONResponse({"data": {name: made}})

    def _shown(self) -> list[dict[str, Any]]:
        return [{"accountId": DEMO_ACCOUNT, "status": each.get("status", "CONNECTED")} for each in self.accounts]

    async def _webhook(self, request: Request) -> Response:
        self.webhooks.append(await request.json())
        return Response(status_code=204)


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(trust_env=False) as client:
        yield client


def known_at(address: str) -> Account:
    return Account(**sandbox_account(address, SECRETS))


async def test_a_fresh_start_gets_an_account_fans_and_conversations_and_a_second_one_no_more(
    http: httpx.AsyncClient,
) -> None:
    api = Api()
    async with running(api.app()) as address, running(build_app([known_at(address)])) as sandbox:
        seed = Seed(http, address, sandbox, "token", SECRETS)
        await seed.run()
        await eventually(lambda: len(api.webhooks) == len(OPENINGS), what="the webhooks of the conversations")
        await seed.run()
    assert [account["accountId"] for account in api.accounts] == [DEMO_ACCOUNT]
    assert [(fan["handle"], fan["accountId"]) for fan in api.fans] == [(fan.handle, "account-id") for fan in FANS]
    assert len(api.webhooks) == len(OPENINGS)
    assert api.tokens == {"Bearer token"}


async def test_an_account_the_sandbox_had_refused_is_connected_again(http: httpx.AsyncClient) -> None:
    for status, connects in (("INVALID_CREDENTIALS", 1), ("CONNECTED", 0), ("DISCONNECTED", 0)):
        api = Api(accounts=[{"status": status}])
        async with running(api.app()) as address, running(build_app()) as sandbox:
            await Seed(http, address, sandbox, "token", SECRETS).run()
        assert (len(api.accounts) - 1, api.fans) == (connects, []), status


async def test_a_refusal_is_passed_on_and_nothing_more_is_tried(http: httpx.AsyncClient) -> None:
    api = Api(refusal="The key is wrong.")
    async with running(api.app()) as address, running(build_app()) as sandbox:
        with pytest.raises(SeedFailure, match=r"^The key is wrong\.$"):
            await Seed(http, address, sandbox, "token", SECRETS).run()
    assert (api.accounts, api.fans, api.webhooks) == ([], [], [])


async def test_a_sandbox_that_is_away_is_a_seed_failure(http: httpx.AsyncClient) -> None:
    async with running(Api().app()) as address:
        with pytest.raises(SeedFailure, match="ConnectError"):
            await Seed(http, address, "http://127.0.0.1:1", "token", SECRETS).run()
