"""The HTTP side of downloads: who may have a file is sealed into its address."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from functools import partial
from uuid import UUID

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from resolvers.masking import UNAVAILABLE
from schema import ids
from schema.fan_imports import KIND as IMPORT
from schema.fan_imports import failed_rows_path
from services.access.downloads import DownloadRefused, Downloads, Grant
from services.fans.exports.export import Exports
from services.fans.exports.wanted import read
from services.monitoring.logs import traced

log = structlog.get_logger(service="api")

FANS_PATH = "/exports/fans.csv"
AT_ONCE = 8
"""Files that one process writes at the same time."""
AT_ONCE_EACH = 2
"""Of one owner, so that nobody can hold all places by reading slowly."""
BLOCK_SECONDS = 30.0
LONGEST_SECONDS = 900.0
"""A client that takes longer for a block, or for its file, is cut off."""
RETRY = {"Retry-After": "5"}
HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class _File(StreamingResponse):
    """A file of unknown length. Where it cannot be finished the body is left without an end, which clients notice.

    `ended` is called once nothing more is written of it, however that came.
    """

    def __init__(self, blocks: AsyncIterator[bytes], ended: Callable[[], None], headers: Mapping[str, str]) -> None:
        super().__init__(blocks, media_type="text/csv", headers=headers)
        self._ended = ended

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._ended()

    async def stream_response(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        try:
            async with asyncio.timeout(LONGEST_SECONDS):
                async for block in self.body_iterator:
                    async with asyncio.timeout(BLOCK_SECONDS):
                        await send({"type": "http.response.body", "body": block, "more_body": True})
        except (TimeoutError, OSError) as gone:
            log.info("download_left", action="download", reason=type(gone).__name__)
        except Exception as error:
            log.error("download_cut_off", action="download", **traced(error))
        else:
            await send({"type": "http.response.body", "body": b"", "more_body": False})


class ExportEndpoint:
    """GET with `?signature=`. 403 for an address that is not of our making or is over."""

    def __init__(self, downloads: Downloads, exports: Exports) -> None:
        self._downloads = downloads
        self._exports = exports
        self._running: Counter[UUID] = Counter()

    async def fans(self, request: Request) -> Response:
        grant = self._grant(request, FANS_PATH)
        if isinstance(grant, Response):
            return grant
        wanted, order, excel = read(grant.contents)
        return await self._file(grant.owner, "fans.csv", self._exports.fans(grant.owner, wanted, order, excel=excel))

    async def failed_rows(self, request: Request) -> Response:
        fan_import_id = request.path_params["id"]
        grant = self._grant(request, failed_rows_path(fan_import_id))
        if isinstance(grant, Response):
            return grant
        rows = self._exports.failed_rows(grant.owner, ids.decode(IMPORT, fan_import_id))
        return await self._file(grant.owner, "failed.csv", rows)

    def _grant(self, request: Request, path: str) -> Grant | Response:
        try:
            return self._downloads.grant(path, request.query_params.get("signature", ""))
        except DownloadRefused as refused:
            log.info("download_refused", action="download", path=path, expired=refused.expired)
            what = "This address has expired" if refused.expired else "This address is not valid"
            return _refusal(403, "FORBIDDEN", f"{what}; ask for a new one.")

    async def _file(self, owner: UUID, name: str, blocks: AsyncIterator[bytes]) -> Response:
        """What fails before the first block is an answer; what fails behind it cuts the file off, which clients see."""
        if self._running.total() >= AT_ONCE or self._running[owner] >= AT_ONCE_EACH:
            return _refusal(503, "UNAVAILABLE", "Too many files are being written; try again.", RETRY)
        # Counted at once, so that files which are asked for together do not all pass.
        self._running[owner] += 1
        try:
            first = await anext(blocks, None)
        except BaseException as error:
            self._end(owner)
            if not isinstance(error, UNAVAILABLE):
                raise
            log.warning("export_unavailable", action="download", error=type(error).__name__)
            return _refusal(503, "UNAVAILABLE", "Temporarily unavailable; try again.", RETRY)
        if first is None:
            self._end(owner)
            return _refusal(404, "NOT_FOUND", "There is no such file any more.")
        headers = HEADERS | {"Content-Disposition": f'attachment; filename="{name}"'}
        return _File(_joined(first, blocks), partial(self._end, owner), headers)

    def _end(self, owner: UUID) -> None:
        self._running -= Counter([owner])


async def _joined(first: bytes, others: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for block in others:
        yield block


def _refusal(status: int, code: str, message: str, headers: dict[str, str] | None = None) -> Response:
    body = {"errors": [{"message": message, "extensions": {"code": code}}]}
    return JSONResponse(body, status, HEADERS | (headers or {}))
