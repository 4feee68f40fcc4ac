"""Who asks, over HTTP and websocket alike, and what refusing her looks like."""

from __future__ import annotations

import structlog

from resolvers.masking import UNAVAILABLE, unauthenticated
from resolvers.sign_in import SignIn
from resolvers.transport.refusal import Refused
from schema.context import Viewer
from schema.errors import fault
from services.access.bearer import bearer
from services.access.principal import InvalidToken

log = structlog.get_logger(service="api")


class Authentication:
    """Reads an `Authorization` value."""

    def __init__(self, sign_in: SignIn) -> None:
        self._sign_in = sign_in

    async def viewer(self, authorization: str | None) -> Viewer:
        """Raises Refused: 401 without a valid token, 503 where that cannot be found out."""
        token = bearer(authorization)
        if token is None:
            raise _unauthenticated()
        try:
            return await self._sign_in.viewer(token)
        except InvalidToken as invalid:
            log.info("token_refused", action="sign_in", reason=invalid.reason)
            raise _unauthenticated() from None
        except UNAVAILABLE as error:
            log.warning("sign_in_unavailable", action="sign_in", error=type(error).__name__)
            raise Refused(503, fault("UNAVAILABLE", "Temporarily unavailable; try again.")) from None


def _unauthenticated() -> Refused:
    return Refused(401, unauthenticated(), {"WWW-Authenticate": "Bearer"})
