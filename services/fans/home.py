"""To which of the owner's accounts the fans of a platform belong. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from db.models import CreatorAccount


class SeveralAccounts(Exception):
    """The owner has to say which."""


def only_account(accounts: Sequence[CreatorAccount], platform: str) -> CreatorAccount | None:
    """The account on the platform, if there is any: those that are connected come first. Raises SeveralAccounts."""
    there = [account for account in accounts if account.platform == platform]
    connected = [account for account in there if account.status != "DISCONNECTED"] or there
    if len(connected) > 1:
        raise SeveralAccounts
    return connected[0] if connected else None
