"""CloudWatch as tests see it: moto's server over HTTP, behind a door that can refuse and hang."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.devstack.ports import free_port
from services.monitoring.metrics import Metric
from services.runtime.aws import Clients
from tests.flows.serving import serving

REFUSAL = """<ErrorResponse xmlns="http://monitoring.amazonaws.com/doc/2010-08-01/"><Error><Type>Sender</Type>
<Code>{code}</Code><Message>no</Message></Error><RequestId>r</RequestId></ErrorResponse>"""


class Door:
    """`refusal`: an HTTP status and an error code; `hangs`: no answer at all. `requests`: the forms that came."""

    def __init__(self, target: str, http: httpx.AsyncClient) -> None:
        self._target = target
        self._http = http
        self.url = ""
        self.refusal: tuple[int, str] | None = None
        self.hangs = False
        self.requests: list[Mapping[str, list[str]]] = []
        self._closing = asyncio.Event()

    async def answer(self, request: Request) -> Response:
        body = await request.body()
        self.requests.append(parse_qs(body.decode()))
        if self.hangs:
            await self._closing.wait()
        if self.refusal:
            return Response(REFUSAL.format(code=self.refusal[1]), self.refusal[0], media_type="text/xml")
        headers = {name: value for name, value in request.headers.items() if name not in {"host", "content-length"}}
        response = await self._http.post(self._target, content=body, headers=headers)
        return Response(response.content, response.status_code, media_type="text/xml")

    def close(self) -> None:
        self._closing.set()


@asynccontextmanager
async def door(target: str) -> AsyncIterator[Door]:
    async with httpx.AsyncClient(trust_env=False) as http:
        found = Door(target, http)
        app = Starlette(routes=[Route("/{path:path}", found.answer, methods=["POST"])])
        async with serving(app, free_port()) as url:
            found.url = url
            yield found
            found.close()


class Seen:
    """What CloudWatch has in one namespace."""

    def __init__(self, client: Any, namespace: str) -> None:
        self._client = client
        self._namespace = namespace

    async def statistics(self, metric: Metric) -> dict[str, float]:
        """Sum, SampleCount, Minimum and Maximum of the last hours; empty where there is nothing."""
        now = datetime.now(UTC)
        answer = await self._client.get_metric_statistics(
            Namespace=self._namespace,
            MetricName=metric.value,
            StartTime=now - timedelta(hours=3),
            EndTime=now + timedelta(hours=3),
            Period=6 * 3600,
            Statistics=["Sum", "SampleCount", "Minimum", "Maximum"],
        )
        points = answer["Datapoints"]
        return {
            name: sum(point[name] for point in points)
            for name in ("Sum", "SampleCount", "Minimum", "Maximum")
            if points
        }

    async def total(self, metric: Metric) -> float:
        return (await self.statistics(metric)).get("Sum", 0)


@asynccontextmanager
async def seen_in(endpoint: str, namespace: str) -> AsyncIterator[Seen]:
    async with AsyncExitStack() as stack:
        clients = await stack.enter_async_context(Clients("us-east-1", {"it": ("cloudwatch", endpoint, 10.0)}, 10))
        yield Seen(clients["it"], namespace)
