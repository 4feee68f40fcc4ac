"""Gives a fresh embedded start something to look at, through the same public doors that everybody uses.

Fans and conversations are made only where the demo user has no account yet.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx

from services.devstack.demo import (
    DEMO_ACCOUNT,
    DEMO_NAME,
    FANS,
    OPENINGS,
    DemoFan,
)

ACCOUNTS = "{ viewer { accounts { accountId status } } }"

# What the sandbox refused while it was away; a disconnect by hand is left as it is.
LOST = ("INVALID_CREDENTIALS", "DEGRADED", "SESSION_EXPIRED")
CONNECT = """mutation Connect($input: ConnectAccountInput!) {
  connectAccount(input: $input) { account { id } errors { message } } }"""
CREATE_FAN = """mutation CreateFan($input: CreateFanInput!) {
  createFan(input: $input) { fan { id } errors { message } } }"""


class SeedFailure(Exception):
    """The demo data could not be made. The product works without it."""


class Seed:
    """`api` and `sandbox` are base addresses without a slash at the end; `secrets` those of the embedded start."""

    def __init__(self, http: httpx.AsyncClient, api: str, sandbox: str, token: str, secrets: Mapping[str, str]) -> None:
        self._http = http
        self._api = api
        self._sandbox = sandbox
        self._token = token
        self._secrets = secrets

    async def run(self) -> None:
        """Raises SeedFailure where the sandbox or the API refuses."""
        try:
            accounts = (await self._query(ACCOUNTS, {}))["viewer"]["accounts"]
            if not accounts:
                await self._fill()
            elif any(each["accountId"] == DEMO_ACCOUNT and each["status"] in LOST for each in accounts):
                await self._connect()
        except (httpx.HTTPError, KeyError, TypeError, ValueError) as fault:
            raise SeedFailure(f"{type(fault).__name__}: {fault}") from fault

    async def _fill(self) -> None:
        account_id = await self._connect()
        for fan in FANS:
            await self._create_fan(account_id, fan)
        for fan, text in OPENINGS:
            who = {"id": fan.platform_id, "username": fan.handle.removeprefix("@"), "name": fan.name}
            await self._control("inbound", {"accountId": DEMO_ACCOUNT, "fan": who, "text": text})

    async def _connect(self) -> str:
        account = {
            "platform": "SANDBOX",
            "accountId": DEMO_ACCOUNT,
            "displayName": DEMO_NAME,
            "apiKey": self._secrets["DEMO_API_KEY"],
            "webhookSecret": self._secrets["DEMO_WEBHOOK_SECRET"],
        }
        answer = await self._query(CONNECT, {"input": account})
        return str(_accepted(answer["connectAccount"])["account"]["id"])

    async def _create_fan(self, account_id: str, fan: DemoFan) -> None:
        known = {
            "accountId": account_id,
            "platform": "SANDBOX",
            "name": fan.name,
            "handle": fan.handle,
            "tags": list(fan.tags),
            "valueCents": fan.value_cents,
        }
        _accepted((await self._query(CREATE_FAN, {"input": known}))["createFan"])

    async def _query(self, document: str, variables: dict[str, Any]) -> dict[str, Any]:
        response = await self._http.post(
            f"{self._api}/graphql",
            json={"query": document, "variables": variables},
            headers={"Authorization": f"Bearer {self._token}"},
        )
        answer: dict[str, Any] = response.json()
        if answer.get("errors") or not answer.get("data"):
            raise SeedFailure(f"the API answered {response.status_code}: {_messages(answer)}")
        data: dict[str, Any] = answer["data"]
        return data

    async def _control(self, path: str, body: dict[str, Any]) -> None:
        response = await self._http.post(f"{self._sandbox}/control/{path}", json=body)
        response.raise_for_status()


def _accepted(payload: dict[str, Any]) -> dict[str, Any]:
    if payload["errors"]:
        raise SeedFailure(_messages(payload))
    return payload


def _messages(answer: dict[str, Any]) -> str:
    return "; ".join(str(error["message"]) for error in answer.get("errors") or [])
