"""To which of the owner's accounts the fans of a platform belong."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from db.engine import ReadSession
from db.models import CreatorAccount
from db.queries import creator_accounts
from services.problems import Path, Rejected, invalid, not_found


class SeveralAccounts(Exception):
    """The owner has to say which."""


def only_account(accounts: Sequence[CreatorAccount], platform: str) -> CreatorAccount | None:
    """The account on the platform, if there is any: those that are connected come first. Raises SeveralAccounts."""
    there = [account for account in accounts if account.platform == platform]
    connected = [account for account in there if account.status != "DISCONNECTED"] or there
    if len(connected) > 1:
        raise SeveralAccounts
    return connected[0] if connected else None


async def account_for(
    session: ReadSession, owner: UUID, platform: str, account_id: UUID | None, root: Path
) -> CreatorAccount | None:
    """The account that new fans belong to: the one named, else the only one of the platform, if there is any.

    Raises Rejected, with `root` in front of the argument's name.
    """
    if account_id is not None:
        account = await creator_accounts.get(session, owner, account_id)
        if account is None:
            raise not_found("account", (*root, "accountId"))
        if account.platform != platform:
            raise Rejected(invalid("This account is on another platform.", (*root, "platform"), "same_platform"))
        return account
    try:
        return only_account(await creator_accounts.of_owner(session, owner, platform), platform)
    except SeveralAccounts:
        message = f"There are several accounts on {platform}; say which."
        raise Rejected(invalid(message, (*root, "accountId"), "required")) from None
