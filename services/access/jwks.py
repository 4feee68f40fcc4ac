"""The public keys an issuer publishes: fetched, kept, and fetched again when one is not known."""

from __future__ import annotations

import asyncio
import math

import httpx
import structlog

from services.access.key_set import KeySet, KeysUnavailable, read_key_set
from services.runtime.clock import Clock

FRESH_SECONDS = 600.0
"""Keys younger than this are used without asking, so a withdrawn key is refused after this at the latest."""
OUTAGE_SECONDS = 3600.0
"""Keys up to this age are still used while the issuer cannot be reached."""
PAUSE_SECONDS = 10.0
"""The least time between two fetches, whatever tokens arrive."""
FETCH_SECONDS = 3.0
MAX_DOCUMENT_BYTES = 256 * 1024

log = structlog.get_logger(service="access")


class PublishedKeys:
    """The key set behind one address. Any number of callers share one fetch; a cancelled caller does not end it."""

    def __init__(self, url: str, http: httpx.AsyncClient, clock: Clock) -> None:
        self._url = url
        self._http = http
        self._clock = clock
        self._keys = KeySet(())
        self._fetched_at = -math.inf
        self._next_fetch_at = -math.inf
        self._fetch: asyncio.Task[None] | None = None

    async def current(self) -> KeySet:
        """The keys to use now. Raises KeysUnavailable when there are none that are young enough."""
        if self._age() >= FRESH_SECONDS and (self._fetch is None or self._age() >= OUTAGE_SECONDS):
            await self._refresh()
        if self._age() >= OUTAGE_SECONDS:
            raise KeysUnavailable("no keys were fetched")
        return self._keys

    async def newer(self, than: KeySet) -> KeySet:
        """Fetch again unless that was done since or just now: the answer may be `than` itself."""
        if self._keys is than:
            await self._refresh()
        return self._keys

    def _age(self) -> float:
        return self._clock.monotonic() - self._fetched_at

    async def _refresh(self) -> None:
        if self._fetch is None:
            if self._clock.monotonic() < self._next_fetch_at:
                return
            self._next_fetch_at = self._clock.monotonic() + PAUSE_SECONDS
            self._fetch = asyncio.create_task(self._replace())
        await asyncio.shield(self._fetch)

    async def _replace(self) -> None:
        try:
            self._keys = read_key_set(await self._download())
            self._fetched_at = self._clock.monotonic()
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, KeysUnavailable) as error:
            log.warning("keys_not_fetched", action="fetch_keys", error=type(error).__name__, detail=str(error))
        finally:
            self._fetch = None

    async def _download(self) -> bytes:
        headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
        async with (
            asyncio.timeout(FETCH_SECONDS),
            self._http.stream("GET", self._url, headers=headers, follow_redirects=False) as response,
        ):
            if response.status_code != httpx.codes.OK:
                raise KeysUnavailable(f"the issuer answers {response.status_code}")
            document = bytearray()
            async for chunk in response.aiter_raw():
                document += chunk
                if len(document) > MAX_DOCUMENT_BYTES:
                    raise KeysUnavailable("the answer is too long")
        return bytes(document)
