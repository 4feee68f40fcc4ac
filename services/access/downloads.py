"""Addresses of files that work without a header: for one owner and one file, for a few minutes.

What an address may give is sealed into it with Fernet, under a key of its own that is derived from a secret there is
anyway: the owner, the path, the end, and what is to be in the file. Sealed and not only signed, because a filter may
hold somebody's name, and addresses end up in the logs of whatever stands in between.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from services.runtime.clock import Clock
from services.runtime.settings import Settings

VALID = timedelta(minutes=5)
PURPOSE = b"huntaze download addresses, version 1"


class DownloadRefused(Exception):
    """Not of our making, for another file, or over. `expired`: it was good."""

    def __init__(self, *, expired: bool = False) -> None:
        super().__init__("expired" if expired else "refused")
        self.expired = expired


class DownloadsImpossible(Exception):
    """No secret is set to seal addresses with."""


@dataclass(frozen=True, slots=True)
class Address:
    """`url`: the path and what is sealed, behind the public address of the server where that is set."""

    url: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Grant:
    """Who may have the file, and what is to be in it."""

    owner: UUID
    contents: Mapping[str, Any]


class Downloads:
    """`secrets`: the first seals, all open."""

    def __init__(self, secrets: Sequence[str], clock: Clock, base_url: str) -> None:
        keys = [Fernet(_key(secret)) for secret in secrets]
        self._seal = MultiFernet(keys) if keys else None
        self._clock = clock
        self._base_url = base_url.rstrip("/")

    def address(self, owner: UUID, path: str, until: datetime, contents: Mapping[str, Any] | None = None) -> Address:
        """Good for VALID, and no longer than `until`, the end of the asker's token. Raises DownloadsImpossible."""
        if self._seal is None:
            raise DownloadsImpossible
        expires_at = min(self._clock.now() + VALID, until).replace(microsecond=0)
        sealed = [str(owner), path, int(expires_at.timestamp()), dict(contents or {})]
        token = self._seal.encrypt(json.dumps(sealed, separators=(",", ":")).encode()).decode()
        return Address(f"{self._base_url}{path}?signature={token.rstrip('=')}", expires_at)

    def grant(self, path: str, signature: str) -> Grant:
        """Raises DownloadRefused."""
        try:
            if self._seal is None:
                raise InvalidToken
            padded = signature.encode() + b"=" * (-len(signature) % 4)
            owner, sealed_path, expires_at, contents = json.loads(self._seal.decrypt(padded))
        except (InvalidToken, UnicodeEncodeError):
            raise DownloadRefused from None
        if sealed_path != path:
            raise DownloadRefused
        if expires_at <= self._clock.now().timestamp():
            raise DownloadRefused(expired=True)
        return Grant(UUID(owner), contents)


def _key(secret: str) -> bytes:
    return base64.urlsafe_b64encode(hmac.new(secret.encode(), PURPOSE, hashlib.sha256).digest())


def build_downloads(settings: Settings, clock: Clock) -> Downloads:
    """On the secret of tokens, else on the keys of credentials: one of them is set wherever anything works."""
    secrets = [settings.jwt_secret.get_secret_value()] if settings.jwt_secret else []
    if settings.credentials_keys:
        secrets += [key.strip() for key in settings.credentials_keys.get_secret_value().split(",") if key.strip()]
    return Downloads(secrets, clock, settings.public_url or "")
