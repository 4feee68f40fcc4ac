"""The pages the server hands out itself: built files, and the headers that keep a browser from anyone else."""

from __future__ import annotations

import os
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

# The editor sets style attributes and style elements while it runs, hence 'unsafe-inline' for styles alone;
# its fonts and small images are data: addresses. 'self' covers the websocket of the same host and port.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "worker-src 'self'",
        "connect-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "font-src 'self' data:",
        "img-src 'self' data:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "object-src 'none'",
    )
)
SECURITY_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
NOT_BUILT = "The pages are not built yet: stop the server and run `make run`, which builds them.\n"


class HashedFiles(StaticFiles):
    """Files whose names carry a hash of their content: a browser may keep them for good.

    Workers obey the policy of their own script's answer, not that of the page, so every file carries the headers.
    """

    async def check_config(self) -> None:
        """A folder that is not there yet answers 404 to each file, not 500."""

    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers.update(SECURITY_HEADERS)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


def graphiql_routes(dist: Path) -> list[BaseRoute]:
    """Routes of the GraphiQL page built into `dist`: `/graphiql` itself, and its files below `/graphiql/assets`.

    While `dist` is missing the page answers 503 with a sentence that says how to build it.
    """
    index = dist / "index.html"

    def graphiql(_: Request) -> Response:
        headers = {**SECURITY_HEADERS, "Cache-Control": "no-store"}
        if not index.is_file():
            return PlainTextResponse(NOT_BUILT, status_code=503, headers=headers)
        return FileResponse(index, headers=headers)

    return [
        Route("/graphiql", graphiql, methods=["GET"]),
        Mount("/graphiql/assets", HashedFiles(directory=dist / "assets", check_dir=False)),
    ]
