"""To which of the owner's accounts the fans of a file belong: what a row says goes before the upload. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from db.models import CreatorAccount
from services.fans.home import SeveralAccounts, only_account
from services.fans.imports.rows import Fault, Place
from services.fans.imports.sameness import Home

Homes = Mapping[Place, Home | Fault]
"""By what rows say of it, where their fans belong, or why that is not known."""

PLATFORM, ACCOUNT = "Platform", "Creator Account"
"""By the titles of their columns."""
NONE_OF_YOURS = "You have no account with this id. Write an id as your accounts show it, or leave the cell empty."
ON_ANOTHER_PLATFORM = (
    "Your account with this id is on another platform; mend Platform, or leave one of both cells empty."
)
ON_SEVERAL_PLATFORMS = "You have accounts with this id on several platforms; say by Platform which is meant."


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the upload says. `account_id` None: it leaves the account open."""

    platform: str
    account_id: UUID | None


def homes_of(places: Iterable[Place], accounts: Sequence[CreatorAccount], chosen: Chosen) -> Homes:
    """`accounts`: all of the owner's, so that somebody else's is like one that does not exist."""
    return {place: _home(*place, accounts, chosen) for place in set(places)}


def _home(
    platform: str | None, account: str | None, accounts: Sequence[CreatorAccount], chosen: Chosen
) -> Home | Fault:
    if account is not None:
        return _named(account, platform, accounts, chosen)
    if platform in {None, chosen.platform} and chosen.account_id is not None:
        return Home(chosen.platform, chosen.account_id)
    return _only(platform or chosen.platform, accounts)


def _named(name: str, platform: str | None, accounts: Sequence[CreatorAccount], chosen: Chosen) -> Home | Fault:
    """On the platform the row names; where it names none, on that of the upload before others."""
    named = [each for each in accounts if each.account_id.strip() == name]
    there = [each for each in named if each.platform == (platform or chosen.platform)]
    if not there and platform is None:
        there = named
    if len(there) == 1:
        return Home(there[0].platform, there[0].id)
    if there:
        return Fault(ACCOUNT, ON_SEVERAL_PLATFORMS)
    return Fault(ACCOUNT, ON_ANOTHER_PLATFORM if named else NONE_OF_YOURS)


def _only(platform: str, accounts: Sequence[CreatorAccount]) -> Home | Fault:
    try:
        account = only_account(accounts, platform)
    except SeveralAccounts:
        return Fault(PLATFORM, f"There are several accounts on {platform}; say by Creator Account which is meant.")
    return Home(platform, account.id if account else None)
