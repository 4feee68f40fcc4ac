"""Giving an attachment the name under which a message may mention it. The gateway fetches addresses; we never do."""

from __future__ import annotations

from services.platforms.calls import Calls, expected
from services.platforms.interface import Credentials, Media, PlatformUnavailable, RequestRefused
from services.platforms.replies import field, identifier, reason

# The gateway answers when it has fetched the file; the reservation of the message is renewed meanwhile.
_AT_LEAST_SECONDS = 20.0
_FINAL = frozenset({400, 404, 413, 415, 422})


class Uploads:
    """Media of one message, one after another."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def named(self, credentials: Credentials, media: Media, upload: bool) -> str:
        """A platform media id as it is; an address as it is, or uploaded where the platform wants ids.

        Raises CredentialsRejected, PlatformUnavailable, RequestRefused.
        """
        if media.platform_media_id is not None:
            return media.platform_media_id
        assert media.url is not None
        return await self._uploaded(credentials, media.url) if upload else media.url

    async def _uploaded(self, credentials: Credentials, url: str) -> str:
        path = f"/{credentials.account_id}/media/upload"
        reply = await self._calls.post(credentials, path, {"file_url": url}, _AT_LEAST_SECONDS)
        if reply.status in _FINAL:
            raise RequestRefused(reason(reply, (url, credentials.api_key)))
        expected(reply)
        if not (name := identifier(field(reply, "prefixed_id"))):
            raise PlatformUnavailable("the upload was answered without an id")
        return name
