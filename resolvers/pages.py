"""The pages the server hands out itself: built files, and the headers that keep a browser from anyone else."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from mimetypes import guess_type
from pathlib import Path

from starlette.datastructures import Headers
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
# The application sets no style elements at all. Faces and attachments lie on whatever host a platform keeps them, so
# pictures and films may come from https addresses; they are asked for without a referrer and cannot run anything.
APPLICATION_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "connect-src 'self'",
        "style-src 'self'",
        "font-src 'self'",
        "img-src 'self' https:",
        "media-src https:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "object-src 'none'",
    )
)
APPLICATION_HEADERS = {**SECURITY_HEADERS, "Content-Security-Policy": APPLICATION_POLICY}
# Addresses of the application itself; web/app/src/Routes.tsx says what stands at each. Any other stays a 404.
APPLICATION_PLACES = ("fans", "campaigns", "analytics", "queue", "settings")
ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
NOT_BUILT = "The pages are not built yet: stop the server and run `make run`, which builds them.\n"


class HashedFiles(StaticFiles):
    """Files whose names carry a hash of their content: a browser may keep them for good.

    Workers obey the policy of their own script's answer, not that of the page, so every file carries the headers. Where
    the build has left a compressed copy beside a file, a browser that takes it gets that one.
    """

    def __init__(self, directory: Path, headers: Mapping[str, str] = SECURITY_HEADERS) -> None:
        super().__init__(directory=directory, check_dir=False)
        self._headers = headers

    async def check_config(self) -> None:
        """A folder that is not there yet answers 404 to each file, not 500."""

    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        chosen, encoding = _smallest(Path(full_path), Headers(scope=scope).get("accept-encoding", ""))
        if encoding:
            stat_result = chosen.stat()
        response = super().file_response(chosen, stat_result, scope, status_code)
        response.headers.update(self._headers)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        response.headers["Vary"] = "Accept-Encoding"
        if encoding:
            response.headers["Content-Encoding"] = encoding
            response.headers["Content-Type"] = _media_type(Path(full_path))
        return response


def _smallest(file: Path, accepted: str) -> tuple[Path, str | None]:
    """The copy of a file to send, and how it is encoded."""
    offered = {each.split(";")[0].strip() for each in accepted.split(",") if not each.replace(" ", "").endswith(";q=0")}
    for encoding, ending in ENCODINGS:
        copy = file.with_name(file.name + ending)
        if encoding in offered and copy.is_file():
            return copy, encoding
    return file, None


def _media_type(file: Path) -> str:
    kind = guess_type(file.name)[0] or "application/octet-stream"
    return f"{kind}; charset=utf-8" if kind.startswith("text/") else kind


def graphiql_routes(dist: Path) -> list[BaseRoute]:
    """Routes of the GraphiQL page built into `dist`: `/graphiql` itself, and its files below `/graphiql/assets`.

    While `dist` is missing the page answers 503 with a sentence that says how to build it.
    """
    return [
        Route("/graphiql", _handed_out(dist / "index.html", SECURITY_HEADERS), methods=["GET"]),
        Mount("/graphiql/assets", HashedFiles(dist / "assets")),
    ]


def application_routes(dist: Path) -> list[BaseRoute]:
    """Routes of the application built into `dist`: one page for all its addresses, and its files below `/assets`."""
    page = _handed_out(dist / "index.html", APPLICATION_HEADERS)
    places = [f"/{place}{rest}" for place in APPLICATION_PLACES for rest in ("", "/{rest:path}")]
    return [
        *(Route(path, page, methods=["GET"]) for path in ("/", "/inbox/{id}", *places)),
        Route("/icon.svg", _handed_out(dist / "icon.svg", APPLICATION_HEADERS), methods=["GET"]),
        Mount("/assets", HashedFiles(dist / "assets", APPLICATION_HEADERS)),
    ]


def _handed_out(file: Path, headers: Mapping[str, str]) -> Callable[[Request], Response]:
    """Answers with a file, never from a cache."""
    fresh = {**headers, "Cache-Control": "no-store"}

    def answer(_: Request) -> Response:
        if not file.is_file():
            return PlainTextResponse(NOT_BUILT, status_code=503, headers=fresh)
        return FileResponse(file, headers=fresh)

    return answer
