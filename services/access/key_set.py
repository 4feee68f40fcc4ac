"""A set of public keys (JWKS, RFC 7517): which of them may verify tokens here, and which one a token asks for."""

from __future__ import annotations

import json
from dataclasses import dataclass

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

MIN_RSA_BITS = 2048


class KeysUnavailable(Exception):
    """The issuer's keys cannot be had right now. Nothing is known about the token; the same call may succeed later."""


@dataclass(frozen=True, slots=True)
class VerificationKey:
    """A public key and the one algorithm its type allows."""

    kid: str | None
    algorithm: str
    key: RSAPublicKey | EllipticCurvePublicKey


@dataclass(frozen=True, slots=True)
class KeySet:
    keys: tuple[VerificationKey, ...]

    def find(self, kid: str | None, algorithm: str) -> VerificationKey | None:
        """The key of that id and algorithm. A token that names no key is served only where there is just one."""
        if kid is None and len(self.keys) > 1:
            return None
        return next(
            (key for key in self.keys if key.algorithm == algorithm and kid in (None, key.kid)),
            None,
        )


def read_key_set(document: bytes) -> KeySet:
    """Keep the keys that may verify here; skip the others. Raises KeysUnavailable where none is left."""
    try:
        entries = json.loads(document)["keys"]
        keys = tuple(key for entry in entries if (key := _read_key(entry)))
    except (ValueError, TypeError, KeyError, RecursionError):
        raise KeysUnavailable("the answer is no key set") from None
    if not keys:
        raise KeysUnavailable("the key set holds no usable key")
    return KeySet(keys)


def _read_key(entry: object) -> VerificationKey | None:
    if not isinstance(entry, dict) or entry.get("use", "sig") != "sig":
        return None
    try:
        key = jwt.PyJWK(entry).key
    except Exception:  # one entry that cannot be read, however it is broken, must not cost the others
        return None
    algorithm = _algorithm_of(key)
    if algorithm is None or entry.get("alg", algorithm) != algorithm:
        return None
    return VerificationKey(entry.get("kid"), algorithm, key)


def _algorithm_of(key: object) -> str | None:
    if isinstance(key, RSAPublicKey) and key.key_size >= MIN_RSA_BITS:
        return "RS256"
    if isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1):
        return "ES256"
    return None
