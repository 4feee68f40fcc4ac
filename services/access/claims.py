"""What a token says: the header nobody has vouched for yet, and the claims a key vouches for. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jwt

from services.access.principal import InvalidToken

MAX_TOKEN_LENGTH = 8192

_REASONS: Mapping[type[Exception], str] = {
    jwt.ExpiredSignatureError: "expired",
    jwt.ImmatureSignatureError: "not yet valid",
    jwt.InvalidAudienceError: "not for this audience",
    jwt.InvalidIssuerError: "not of this issuer",
    jwt.MissingRequiredClaimError: "a claim is missing",
}


class UnknownKey(InvalidToken):
    """No key that is known now has made this signature."""


@dataclass(frozen=True, slots=True)
class Demands:
    """What a token must say. Where no audience is set, a token that names one was made for somebody else (RFC 7519)."""

    issuer: str | None
    audience: str | None
    leeway_seconds: int


@dataclass(frozen=True, slots=True)
class Header:
    algorithm: str
    kid: str | None


def read_header(token: str) -> Header:
    """Read the part that nobody has vouched for yet: enough to choose a key. Raises InvalidToken."""
    if not isinstance(token, str) or len(token) > MAX_TOKEN_LENGTH or not token.isascii():
        raise InvalidToken("no text of a token's size and alphabet")
    try:
        header = jwt.get_unverified_header(token)
    except Exception:  # whatever a stranger's bytes make the parser raise, it is the token that is wrong
        raise InvalidToken("malformed") from None
    if "crit" in header:
        raise InvalidToken("critical header")
    return Header(str(header.get("alg")), header.get("kid"))


def claims_of(token: str, key: Any, algorithm: str, demands: Demands) -> dict[str, Any]:
    """The claims, once `key` has vouched for them. Raises InvalidToken, UnknownKey where another key signed."""
    try:
        return jwt.decode(
            token,
            key,
            algorithms=[algorithm],
            issuer=demands.issuer,
            audience=demands.audience,
            leeway=demands.leeway_seconds,
            options={"require": ["exp", "sub"]},
        )
    except jwt.InvalidSignatureError:
        raise UnknownKey("signed with another key") from None
    except Exception as error:  # as in read_header
        raise InvalidToken(_REASONS.get(type(error), "malformed")) from None
