"""Creator accounts of the sandbox and the keys that open them."""

from __future__ import annotations

from dataclasses import dataclass, field

MAX_ACCOUNTS = 10_000


@dataclass(frozen=True, slots=True)
class Account:
    """`reply_after_seconds`: how long a fan takes to answer a message; None: fans stay silent.

    `session`: does the account's own session with the platform stand? Without it nothing is sent or read.
    """

    account_id: str
    api_key: str = field(repr=False)
    display_name: str
    webhook_url: str | None = None
    webhook_secret: str | None = field(default=None, repr=False)
    reply_after_seconds: float | None = None
    announce_sent: bool = True
    session: bool = True


class Accounts:
    """Registered accounts; one key may open several."""

    def __init__(self) -> None:
        self._accounts: dict[str, Account] = {}

    def register(self, account: Account) -> bool:
        """Add or replace. False where the sandbox is full."""
        if account.account_id not in self._accounts and len(self._accounts) >= MAX_ACCOUNTS:
            return False
        self._accounts[account.account_id] = account
        return True

    def get(self, account_id: str) -> Account | None:
        return self._accounts.get(account_id)

    def opened_by(self, api_key: str) -> list[Account]:
        return [account for account in self._accounts.values() if account.api_key == api_key]
