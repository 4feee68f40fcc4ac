"""Fans: what a user can do to them, and how one is added by hand."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from db.engine import ReadSession
from db.models import CreatorAccount, Fan, new_id
from db.queries import conversations, creator_accounts, fans
from db.unit_of_work import Transactions, UnitOfWork
from services.fans import columns, erase, fields, update
from services.fans.conflicts import conflict, shared, told_apart
from services.fans.delete import Deleted, delete
from services.fans.fields import MAX_HANDLE, MAX_NAME
from services.fans.home import SeveralAccounts, only_account
from services.fans.indexing import searchable
from services.fans.update import FanChanges
from services.live import events
from services.problems import Path, Rejected, invalid, not_found

__all__ = ["MAX_HANDLE", "MAX_NAME", "Fans", "NewFan", "searchable"]


@dataclass(frozen=True, slots=True)
class NewFan:
    """A fan as a user describes her; `value_cents`: what she paid in all, in US cents."""

    name: str
    platform: str
    account_id: UUID | None = None
    handle: str | None = None
    email: str | None = None
    avatar: str | None = None
    platform_fan_id: str | None = None
    tags: tuple[str, ...] = ()
    notes: str | None = None
    value_cents: int = 0
    last_seen_at: datetime | None = None

    @property
    def values(self) -> dict[str, Any]:
        """What is said of the fan herself, by column."""
        return {name: value for name, value in asdict(self).items() if name not in {"platform", "account_id"}}


class Fans:
    """Changes to fans. Each raises Rejected, and then nothing is changed."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    async def create(self, owner: UUID, new: NewFan) -> Fan:
        """Store a fan. CONFLICT where the account has her already, by handle or platform id.

        A fan who was deleted is back, with what she had before; what is given replaces it.
        """
        if found := list(fields.problems(new.values, ("input",))):
            raise Rejected(*found)
        async with self._transactions() as work:
            return await _add(work, owner, new)

    async def update(self, owner: UUID, changes: FanChanges) -> Fan:
        """Write some fields. CONFLICT where somebody was quicker, or the handle or platform id is another fan's."""
        if found := list(update.problems(changes)):
            raise Rejected(*found)
        async with self._transactions() as work:
            return await update.update(work, owner, changes)

    async def delete(self, owner: UUID, fan_id: UUID) -> Deleted:
        """Take the fan out of all lists; her waiting messages are cancelled. NOT_FOUND where she is gone already."""
        async with self._transactions() as work:
            return await delete(work, owner, fan_id)

    async def erase(self, owner: UUID, fan_id: UUID) -> Deleted:
        """Forget the fan for good; see `services.fans.erase`. NOT_FOUND where she is erased already."""
        async with self._transactions() as work:
            return await erase.erase(work, owner, fan_id)


async def _add(work: UnitOfWork, owner: UUID, new: NewFan) -> Fan:
    account = await _account(work, owner, new)
    fan = Fan(user_id=owner, id=new_id(), platform=new.platform, **columns.stored(new.values))
    fan.creator_account_id = account.id if account else None
    if tombstone := await _tombstone(work, fan):
        return await _bring_back(work, tombstone, new)
    fan.search = searchable(fan)
    work.session.add(fan)
    with told_apart():
        await work.session.flush()
    work.emit(owner, events.fan_updated(fan))
    return fan


async def _account(work: UnitOfWork, owner: UUID, new: NewFan) -> CreatorAccount | None:
    return await account_for(work.session, owner, new.platform, new.account_id, ("input",))


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


async def _tombstone(work: UnitOfWork, fan: Fan) -> Fan | None:
    """Herself, deleted earlier. Raises Rejected: CONFLICT where somebody else has her handle or platform id."""
    found = await fans.namesakes(work.session, fan)
    for other in found:
        ids = {fan.platform_fan_id, other.platform_fan_id} - {None}
        if other.deleted_at is None or len(found) > 1 or len(ids) > 1:
            raise conflict(shared(fan, other))
    return found[0] if found else None


async def _bring_back(work: UnitOfWork, tombstone: Fan, new: NewFan) -> Fan:
    given = {name: value for name, value in new.values.items() if value}
    values = columns.changed(tombstone, columns.stored(given)) | {"deleted_at": None}
    with told_apart():
        fan = await fans.change(work.session, tombstone.user_id, tombstone.id, **values)
    assert fan is not None
    talks = await conversations.of_fans(work.session, fan.user_id, [fan.id])
    work.emit(fan.user_id, events.fan_updated(fan, talks[0].id if talks else None))
    for talk in talks:  # whoever was told that she was deleted has dropped it
        work.emit(fan.user_id, events.conversation_updated(talk))
    return fan
