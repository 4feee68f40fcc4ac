"""Platform keys and webhook secrets at rest: encrypted with Fernet, with keys that can be rotated."""

from __future__ import annotations

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

UNREADABLE = "The stored key cannot be read; connect the account again."
"""What the owner of the account is told."""


class CredentialsUnreadable(Exception):
    """What is stored was encrypted with a key that is no longer known, or no key is set."""


class Vault:
    """Encrypts with the first key and decrypts with any: put a new key in front, and drop the old one later."""

    def __init__(self, keys: str | None) -> None:
        """`keys`: Fernet keys, comma-separated. Raises ValueError for one that is none."""
        parts = [part.strip() for part in (keys or "").split(",") if part.strip()]
        self._fernet = MultiFernet([Fernet(part) for part in parts]) if parts else None

    def seal(self, secret: str) -> str:
        """Encrypt. Raises CredentialsUnreadable where no key is set."""
        if self._fernet is None:
            raise CredentialsUnreadable("CREDENTIALS_KEYS is not set")
        return self._fernet.encrypt(secret.encode()).decode()

    def open(self, sealed: str) -> str:
        """Decrypt. Raises CredentialsUnreadable."""
        if self._fernet is None:
            raise CredentialsUnreadable("CREDENTIALS_KEYS is not set")
        try:
            return self._fernet.decrypt(sealed).decode()
        except (InvalidToken, ValueError):
            raise CredentialsUnreadable("encrypted with a key that is not in CREDENTIALS_KEYS") from None
