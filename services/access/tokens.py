"""Bearer tokens: is this JWT genuine, meant for us and still good, and whose is it?

Which verifier sees a token is decided by the algorithm its header names, and each verifier knows one kind of key and
accepts only the algorithms of that kind. A public key therefore never meets HS256, nor the secret RS256 or ES256.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

import httpx

from services.access.claims import Demands, Header, UnknownKey, claims_of, read_header
from services.access.jwks import PublishedKeys
from services.access.key_set import KeySet
from services.access.principal import InvalidToken, Principal, principal_of
from services.runtime.clock import Clock
from services.runtime.settings import Settings


class TokenVerifier(Protocol):
    async def verify(self, token: str) -> Principal:
        """Raises InvalidToken, and KeysUnavailable where the issuer's keys cannot be had right now."""
        ...


def _demand(algorithm: str, allowed: Collection[str]) -> None:
    if algorithm not in allowed:
        raise InvalidToken("algorithm is not allowed")


class SecretVerifier:
    """HS256 with a shared secret."""

    algorithms = ("HS256",)

    def __init__(self, secret: str, demands: Demands) -> None:
        self._secret = secret.encode()
        self._demands = demands

    async def verify(self, token: str, header: Header | None = None) -> Principal:
        """`header`: what `read_header` said of this token, where that was asked before."""
        header = header or read_header(token)
        _demand(header.algorithm, self.algorithms)
        return principal_of(claims_of(token, self._secret, "HS256", self._demands))


class JwksVerifier:
    """RS256 and ES256 with the keys an issuer publishes; an unknown key makes it look for newer ones once."""

    algorithms = ("RS256", "ES256")

    def __init__(self, keys: PublishedKeys, demands: Demands) -> None:
        self._keys = keys
        self._demands = demands

    async def verify(self, token: str, header: Header | None = None) -> Principal:
        """As SecretVerifier; raises KeysUnavailable too."""
        header = header or read_header(token)
        _demand(header.algorithm, self.algorithms)
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
        return principal_of(claims_of(token, key.key, key.algorithm, self._demands))


class VerifierByAlgorithm:
    """Hands a token to the one verifier of its algorithm; without verifiers it refuses everybody."""

    def __init__(self, *verifiers: SecretVerifier | JwksVerifier) -> None:
        self._verifiers = {name: verifier for verifier in verifiers for name in verifier.algorithms}

    async def verify(self, token: str) -> Principal:
        header = read_header(token)
        _demand(header.algorithm, self._verifiers)
        return await self._verifiers[header.algorithm].verify(token, header)


def build_verifier(settings: Settings, http: httpx.AsyncClient, clock: Clock) -> TokenVerifier:
    """The verifier the settings ask for: by secret, by JWKS, by both, or one that refuses everybody."""
    demands = Demands(settings.jwt_issuer, settings.jwt_audience, settings.jwt_leeway_seconds)
    verifiers: list[SecretVerifier | JwksVerifier] = []
    if settings.jwt_secret:
        verifiers.append(SecretVerifier(settings.jwt_secret.get_secret_value(), demands))
    if settings.jwt_jwks_url:
        verifiers.append(JwksVerifier(PublishedKeys(settings.jwt_jwks_url, http, clock), demands))
    return VerifierByAlgorithm(*verifiers)
