"""The whole product inside a test: sandbox platform, API and worker, each behind a real socket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg
import httpx

from server import build_app
from services.devstack.ports import free_port
from services.platforms.sandbox_server import build_app as build_sandbox
from services.platforms.sandbox_server import running
from services.runtime.resources import open_resources
from services.runtime.settings import Settings
from services.workers.worker import Worker
from tests.flows.graphql_client import GraphQLClient, token_for
from tests.flows.serving import serving
from tests.services.platforms.control import SandboxControl

SECRET = "a webhook secret"

CONNECT = """mutation ($input: ConnectAccountInput!) {
  connectAccount(input: $input) { account { id status platform accountId } errors { code message path } } }"""
CREATE_FAN = """mutation ($input: CreateFanInput!) {
  createFan(input: $input) { fan { id handle name account { id } } errors { code message path } } }"""
SEND = """mutation ($input: SendMessageInput!) { sendMessage(input: $input) {
  message { id status text priceCents clientKey sentBy conversation { id } delivery { failureReason } }
  errors { __typename code message path ... on InvalidInput { rule limit } } } }"""
INBOX = """subscription ($after: String) { inboxEvents(after: $after) { __typename cursor
  ... on MessageAdded { message { id text status direction conversation { id unreadCount } } }
  ... on MessageUpdated { status message { id version } }
  ... on ConversationUpdated { conversation { id unreadCount awaitingReply lastMessage { id } } }
  ... on FanUpdated { fan { id name platformFanId } }
  ... on AccountUpdated { account { id status } } } }"""


@dataclass(frozen=True, slots=True)
class Product:
    """What runs, and a client that is signed in to it."""

    settings: Settings
    url: str
    sandbox_url: str
    http: httpx.AsyncClient
    sandbox: SandboxControl

    def client(self, subject: str = "mia", **claims: Any) -> GraphQLClient:
        assert self.settings.jwt_secret is not None
        token = token_for(self.settings.jwt_secret.get_secret_value(), subject, **claims)
        return GraphQLClient(self.http, self.url, token)

    async def connect(self, client: GraphQLClient, account_id: str = "acct_1", **fields: Any) -> str:
        """Register an account at the sandbox and connect it; gives its id here."""
        webhook = {"webhookUrl": f"{self.url}/webhooks/sandbox", "webhookSecret": SECRET}
        await self.sandbox.account(accountId=account_id, apiKey=f"key-{account_id}", **webhook | fields)
        given = {"platform": "SANDBOX", "accountId": account_id, "displayName": "Mia", "apiKey": f"key-{account_id}"}
        answer = (await client.run(CONNECT, {"input": given | {"webhookSecret": SECRET}}))["connectAccount"]
        assert answer["errors"] == []
        return str(answer["account"]["id"])

    async def connect_onlyfans(self, client: GraphQLClient, account_id: str = "acct_of") -> str:
        """An account behind the gateway's dialect; the sandbox server stands in for the gateway."""
        await self.sandbox.account(accountId=account_id, apiKey=f"key-{account_id}")
        given = {"platform": "ONLYFANS", "accountId": account_id, "displayName": "Mia", "apiKey": f"key-{account_id}"}
        answer = (await client.run(CONNECT, {"input": given}))["connectAccount"]
        assert answer["errors"] == []
        return str(answer["account"]["id"])

    async def fan(self, client: GraphQLClient, handle: str | None = "robin", **fields: Any) -> str:
        given = {"platform": "SANDBOX", "name": (handle or "").title(), "handle": handle} | fields
        answer = (await client.run(CREATE_FAN, {"input": given}))["createFan"]
        assert answer["errors"] == []
        return str(answer["fan"]["id"])

    async def send(self, client: GraphQLClient, **fields: Any) -> dict[str, Any]:
        answer: dict[str, Any] = (await client.run(SEND, {"input": {"text": "Hello"} | fields}))["sendMessage"]
        return answer

    async def at_rest(self) -> bool:
        """No slot is reserved and no call is under way: whatever was stopped before goes out no more."""
        connection = await asyncpg.connect(self.settings.database_url.get_secret_value())
        unfinished = await connection.fetchval("SELECT count(*) FROM attempts WHERE state <> 'done'")
        await connection.close()
        return bool(unfinished == 0)


@asynccontextmanager
async def running_product(settings: Settings, *, worker: bool = True) -> AsyncIterator[Product]:
    """Start everything, and end it in the reverse order."""
    async with running(build_sandbox(webhook_retry_seconds=(0.05, 0.1))) as sandbox_url:
        port = free_port()
        changed = {
            "sandbox_api_base_url": sandbox_url,
            "onlyfans_api_base_url": sandbox_url,
            "port": port,
            "statement_guard": True,
        }
        settings = settings.model_copy(update=changed)
        async with serving(build_app(settings), port) as url, httpx.AsyncClient(trust_env=False, timeout=30) as http:
            control = httpx.AsyncClient(base_url=sandbox_url, trust_env=False, timeout=30)
            product = Product(settings, url, sandbox_url, http, SandboxControl(control))
            if worker:
                async with running_worker(settings):
                    yield product
            else:
                yield product
            await control.aclose()


@asynccontextmanager
async def running_worker(settings: Settings) -> AsyncIterator[Worker]:
    async with open_resources(settings, "huntaze-worker") as resources:
        worker = Worker(resources)
        task = asyncio.create_task(worker.run())
        try:
            yield worker
        finally:
            worker.stopping.set()
            await task
