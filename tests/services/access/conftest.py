"""An issuer that publishes keys over HTTP, and a clock that stands still."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
import jwt
import pytest
import uvicorn
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

SECRET = "a secret of more than thirty-two bytes"
ISSUER = "https://issuer.example"
AUDIENCE = "huntaze"

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


class HeldClock:
    """Moves only when told."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        return datetime.fromtimestamp(1_800_000_000 + self.seconds, UTC)

    def monotonic(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.seconds += seconds


@dataclass
class Issuer:
    """What the address answers, how often it was asked, and a gate that holds its answers back."""

    url: str
    status: int = 200
    document: bytes = b'{"keys": []}'
    asked: int = 0
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    def publish(self, *entries: dict[str, Any]) -> None:
        self.status, self.document = 200, json.dumps({"keys": entries}).encode()

    async def answer(self, request: Request) -> Response:
        self.asked += 1
        await self.gate.wait()
        return Response(self.document, self.status, media_type="application/json")


def jwk(key: PrivateKey, kid: str | None, **more: Any) -> dict[str, Any]:
    """The public half as an issuer publishes it."""
    if isinstance(key, rsa.RSAPrivateKey):
        entry = RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    else:
        entry = ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return {**entry, **({"kid": kid} if kid is not None else {}), **more}


def claims(**changes: Any) -> dict[str, Any]:
    """Good claims; a change to None takes the claim away."""
    good = {"sub": "creator-1", "iss": ISSUER, "aud": AUDIENCE, "exp": int(time.time()) + 600}
    return {name: value for name, value in {**good, **changes}.items() if value is not None}


def signed(key: PrivateKey, kid: str | None, **changes: Any) -> str:
    algorithm = "RS256" if isinstance(key, rsa.RSAPrivateKey) else "ES256"
    headers = None if kid is None else {"kid": kid}
    return jwt.encode(claims(**changes), key, algorithm, headers=headers)


@pytest.fixture(scope="session")
def rsa_keys() -> list[rsa.RSAPrivateKey]:
    return [rsa.generate_private_key(65537, 2048) for _ in range(2)]


@pytest.fixture(scope="session")
def ec_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@pytest.fixture
def clock() -> HeldClock:
    return HeldClock()


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(trust_env=False) as client:
        yield client


@pytest.fixture
async def issuer() -> AsyncIterator[Issuer]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        issuer = Issuer(f"http://127.0.0.1:{listening.getsockname()[1]}/keys")
        issuer.gate.set()
        app = Starlette(routes=[Route("/keys", issuer.answer)])
        server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off"))
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        await until(lambda: server.started)
        yield issuer
        issuer.gate.set()
        server.should_exit = True
        await serving


async def until(condition: Callable[[], bool], seconds: float = 30) -> None:
    """Give way to other tasks until the condition holds; fail after the deadline."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - a condition of the server's, which sets no event
            await asyncio.sleep(0.001)
