"""Bearer tokens: is this JWT genuine, meant for us and still good, and whose is it?

Which verifier sees a token is decided by the algorithm its header names, and each verifier knows one kind of key and
accepts only the algorithms of that kind. A public key therefore never meets HS256, nor the secret RS256 or ES256.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import httpx
import jwt

from services.access.jwks import PublishedKeys
from services.access.key_set import KeySet
from services.access.principal import InvalidToken, Principal, principal_of
from services.runtime.clock import Clock
from services.runtime.settings import Settings

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


class TokenVerifier(Protocol):
    async def verify(self, token: str) -> Principal:
        """Raises InvalidToken, and KeysUnavailable where the issuer's keys cannot be had right now."""
        ...


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


def _claims(token: str, key: Any, algorithm: str, demands: Demands) -> dict[str, Any]:
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


class SecretVerifier:
    """HS256 with a shared secret."""

    algorithms = ("HS256",)

    def __init__(self, secret: str, demands: Demands) -> None:
        self._secret = secret.encode()
        self._demands = demands

    async def verify(self, token: str) -> Principal:
        read_header(token)
        return principal_of(_claims(token, self._secret, "HS256", self._demands))


class JwksVerifier:
    """RS256 and ES256 with the keys an issuer publishes; an unknown key makes it look for newer ones once."""

    algorithms = ("RS256", "ES256")

    def __init__(self, keys: PublishedKeys, demands: Demands) -> None:
        self._keys = keys
        self._demands = demands

    async def verify(self, token: str) -> Principal:
        header = read_header(token)
        if header.algorithm not in self.algorithms:
            raise InvalidToken("algorithm is not allowed")
        keys = await self._keys.current()
        try:
            return self._verify(token, header, keys)
        except UnknownKey:
            newer = await self._keys.newer(keys)
            if newer is keys:
                raise
            return self._verify(token, header, newer)

    def _verify(self, token: str, header: Header, keys: KeySet) -> Principal:
        key = keys.find(header.kid, header.algorithm)
        if key is None:
            raise UnknownKey("no such key")
        return principal_of(_claims(token, key.key, key.algorithm, self._demands))


class VerifierByAlgorithm:
    """Hands a token to the one verifier of its algorithm; without verifiers it refuses everybody."""

    def __init__(self, *verifiers: SecretVerifier | JwksVerifier) -> None:
        self._verifiers = {name: verifier for verifier in verifiers for name in verifier.algorithms}

    async def verify(self, token: str) -> Principal:
        verifier = self._verifiers.get(read_header(token).algorithm)
        if verifier is None:
            raise InvalidToken("algorithm is not allowed")
        return await verifier.verify(token)


def build_verifier(settings: Settings, http: httpx.AsyncClient, clock: Clock) -> TokenVerifier:
    """The verifier the settings ask for: by secret, by JWKS, by both, or one that refuses everybody."""
    demands = Demands(settings.jwt_issuer, settings.jwt_audience, settings.jwt_leeway_seconds)
    verifiers: list[SecretVerifier | JwksVerifier] = []
    if settings.jwt_secret:
        verifiers.append(SecretVerifier(settings.jwt_secret.get_secret_value(), demands))
    if settings.jwt_jwks_url:
        verifiers.append(JwksVerifier(PublishedKeys(settings.jwt_jwks_url, http, clock), demands))
    return VerifierByAlgorithm(*verifiers)
