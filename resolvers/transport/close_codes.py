"""Why a socket closes. The code decides what a client does: docs/transport.md has the table."""

from __future__ import annotations

from enum import IntEnum


class CloseCode(IntEnum):
    """Those of `graphql-transport-ws`, and those of RFC 6455 that we send."""

    TOO_BIG = 1009
    SERVICE_RESTART = 1012
    TRY_AGAIN_LATER = 1013
    BAD_REQUEST = 4400
    UNAUTHORIZED = 4401
    FORBIDDEN = 4403
    SUBPROTOCOL_NOT_ACCEPTABLE = 4406
    INITIALISATION_TIMEOUT = 4408
    SUBSCRIBER_ALREADY_EXISTS = 4409
    TOO_MANY_INITIALISATIONS = 4429
    TERMINATED = 4499
