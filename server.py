"""The ASGI application: `uvicorn server:app`. Wiring only: routes, middleware, and what is open while it runs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path

import structlog
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import Receive, Scope, Send

from resolvers.exports import FANS_PATH, ExportEndpoint
from resolvers.pages import application_routes, graphiql_routes
from resolvers.root import build_schema
from resolvers.sign_in import SignIn
from resolvers.transport.application import GraphQLApp
from resolvers.transport.bounds import Bounds
from resolvers.webhooks import WebhookEndpoint
from services.access.tokens import build_verifier
from services.fans.exports.export import Exports
from services.live.hub import Hub
from services.live.inbox import Inbox
from services.live.reading import Pace
from services.live.watch import Watches
from services.monitoring import logs
from services.monitoring.publisher import Publisher
from services.runtime import garbage, messenger
from services.runtime.resources import Resources, open_resources
from services.runtime.settings import Settings, warnings

PAGES = Path(__file__).parent / "web"


class Application:
    """What the routes share, once the lifespan has opened it."""

    def __init__(self, settings: Settings, bounds: Bounds, opened: Callable[[], None]) -> None:
        self.settings = settings
        self._bounds = bounds
        self._opened = opened
        self._graphql: GraphQLApp | None = None
        self._webhooks: WebhookEndpoint | None = None
        self._exports: ExportEndpoint | None = None
        self._resources: Resources | None = None

    @asynccontextmanager
    async def lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        """Resources first, then the hub that listens on them; closed in the reverse order."""
        async with AsyncExitStack() as stack:
            resources = await stack.enter_async_context(open_resources(self.settings, "huntaze-api"))
            await stack.enter_async_context(_published(resources.publisher))
            listening = messenger.listening(self.settings)
            stack.push_async_callback(listening.aclose)
            hub = await stack.enter_async_context(_running(Hub(resources.database, listening)))
            inbox = Inbox(hub, resources.clock, Pace(self._bounds.events_behind))
            watches = Watches(hub, resources.clock)
            verifier = build_verifier(self.settings, resources.http, resources.clock)
            schema = build_schema(introspection=self.settings.graphql_introspection)
            sign_in = SignIn(verifier, resources.database)
            origins = self.settings.allowed_origins
            graphql = GraphQLApp(schema, resources, inbox, watches, sign_in, origins, self._bounds)
            stack.push_async_callback(graphql.drain)
            self._graphql = graphql
            self._webhooks = WebhookEndpoint(resources.webhook_receiver)
            self._exports = ExportEndpoint(resources.downloads, Exports(resources.database))
            self._resources = resources
            self._opened()
            yield

    async def graphql(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self._graphql is not None
        await self._graphql(scope, receive, send)

    async def webhook(self, request: Request) -> Response:
        assert self._webhooks is not None
        return await self._webhooks(request)

    async def fans_csv(self, request: Request) -> Response:
        assert self._exports is not None
        return await self._exports.fans(request)

    async def failed_rows_csv(self, request: Request) -> Response:
        assert self._exports is not None
        return await self._exports.failed_rows(request)

    async def ready(self, _request: Request) -> Response:
        assert self._resources is not None
        ready = await self._resources.health.ready()
        return PlainTextResponse("ready" if ready else "no database", 200 if ready else 503)


@asynccontextmanager
async def _running(hub: Hub) -> AsyncIterator[Hub]:
    listening = asyncio.create_task(hub.run(), name="hub")
    try:
        yield hub
    finally:
        listening.cancel()
        with suppress(asyncio.CancelledError):
            await listening
        await hub.close()


@asynccontextmanager
async def _published(publisher: Publisher) -> AsyncIterator[None]:
    """Metrics every minute, and once more at the end."""
    publishing = asyncio.create_task(publisher.run(), name="publish")
    try:
        yield
    finally:
        publishing.cancel()
        with suppress(asyncio.CancelledError):
            await publishing
        await publisher.finish()


async def alive(_request: Request) -> Response:
    return PlainTextResponse("ok")


def build_app(settings: Settings, bounds: Bounds | None = None, opened: Callable[[], None] = lambda: None) -> Starlette:
    """The application for these settings. `opened` is called once all of it is there, before the first request."""
    application = Application(settings, bounds or Bounds(operation_seconds=settings.operation_timeout_seconds), opened)
    cors = Middleware(
        CORSMiddleware,
        allow_origins=list(settings.allowed_origins),
        allow_methods=["GET", "POST"],
        allow_headers=["Authorization", "Content-Type", "X-Requested-With", "GraphQL-Require-Preflight"],
    )
    return Starlette(
        routes=[
            Route("/graphql", _Endpoint(application)),
            WebSocketRoute("/graphql", _Endpoint(application)),
            Route("/healthz", alive),
            Route("/readyz", application.ready),
            Route("/webhooks/{platform}", application.webhook, methods=["POST"]),
            Route(FANS_PATH, application.fans_csv),
            Route("/exports/imports/{id}/failed.csv", application.failed_rows_csv),
            *graphiql_routes(PAGES / "graphiql" / "dist"),
            *application_routes(PAGES / "app" / "dist"),
        ],
        middleware=[cors],
        lifespan=application.lifespan,
    )


class _Endpoint:
    """An ASGI application as an endpoint; a Mount would redirect /graphql with 307."""

    def __init__(self, application: Application) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._application.graphql(scope, receive, send)


def app_from_environment() -> Starlette:
    settings = Settings.from_environment()
    logs.configure(settings.log_level)
    for warning in warnings(settings):
        structlog.get_logger(service="api").warning("setting", action="start", detail=warning)
    return build_app(settings, opened=garbage.settle)


def __getattr__(name: str) -> Starlette:
    """`server:app` is built when it is asked for, so that importing this module does no work."""
    if name == "app":
        return app_from_environment()
    raise AttributeError(name)
