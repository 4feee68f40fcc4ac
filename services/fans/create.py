"""Add a fan by hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func

from db.models import CreatorAccount, Fan, new_id
from db.queries import creator_accounts, fans
from db.unit_of_work import Transactions, UnitOfWork
from services import rules
from services.fans import handles
from services.live import events
from services.problems import Code, InvalidInput, Path, Problem, Rejected, invalid, not_found
from services.search.words import indexed

MAX_NAME = 200
MAX_HANDLE = 100
MAX_NOTES = 10_000
MAX_TAGS = 50
MAX_TAG = 50


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


def problems(fan: NewFan, root: Path = ("input",)) -> Iterator[InvalidInput]:
    yield from rules.text(fan.name, (*root, "name"), longest=MAX_NAME)
    if fan.handle is not None:
        yield from rules.text(fan.handle.lstrip("@ "), (*root, "handle"), longest=MAX_HANDLE)
    if fan.email is not None:
        yield from rules.email(fan.email, (*root, "email"))
    if fan.avatar is not None:
        yield from rules.url(fan.avatar, (*root, "avatar"))
    if fan.platform_fan_id is not None:
        yield from rules.text(fan.platform_fan_id, (*root, "platformFanId"), longest=255)
    yield from tag_problems(fan.tags, (*root, "tags"))
    yield from rules.optional_text(fan.notes, (*root, "notes"), longest=MAX_NOTES)
    yield from rules.cents(fan.value_cents, (*root, "valueCents"))


def tag_problems(tags: tuple[str, ...], path: Path) -> Iterator[InvalidInput]:
    yield from rules.at_most(tags, path, MAX_TAGS)
    for number, tag in enumerate(tags[:MAX_TAGS]):
        yield from rules.text(tag, (*path, str(number)), longest=MAX_TAG)


def cleaned_tags(tags: tuple[str, ...]) -> list[str]:
    """Without blanks around and without repeats, in the order given."""
    return list(dict.fromkeys(tag.strip() for tag in tags))


class Fans:
    """Changes to fans."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    async def create(self, owner: UUID, new: NewFan) -> Fan:
        """Store a fan. Raises Rejected: CONFLICT where the account has her already, by handle or platform id."""
        if found := list(problems(new)):
            raise Rejected(*found)
        async with self._transactions() as work:
            account = await _account(work, owner, new)
            account_id = account.id if account else None
            await _refuse_second(work, owner, new, account_id)
            fan = _row(owner, new, account_id)
            work.session.add(fan)
            await work.session.flush()
            work.emit(owner, events.fan_updated(fan))
            return fan


async def _account(work: UnitOfWork, owner: UUID, new: NewFan) -> CreatorAccount | None:
    """The account the fan belongs to: the one named, else the only one of the platform, if there is any."""
    if new.account_id is not None:
        account = await creator_accounts.get(work.session, owner, new.account_id)
        if account is None:
            raise not_found("account", ("input", "accountId"))
        if account.platform != new.platform:
            raise Rejected(invalid("This account is on another platform.", ("input", "platform"), "same_platform"))
        return account
    accounts = await creator_accounts.of_owner(work.session, owner, new.platform)
    connected = [account for account in accounts if account.status != "DISCONNECTED"] or list(accounts)
    if len(connected) > 1:
        message = f"There are several accounts on {new.platform}; say which."
        raise Rejected(invalid(message, ("input", "accountId"), "required"))
    return connected[0] if connected else None


async def _refuse_second(work: UnitOfWork, owner: UUID, new: NewFan, account_id: UUID | None) -> None:
    if new.handle is not None:
        handle_key = handles.key(new.handle)
        if await fans.by_handle(work.session, owner, new.platform, account_id, handle_key):
            raise Rejected(Problem(Code.CONFLICT, "There is a fan with this handle.", ("input", "handle")))
    if (
        new.platform_fan_id is not None
        and account_id is not None
        and await fans.by_platform_id(work.session, owner, account_id, new.platform_fan_id)
    ):
        raise Rejected(Problem(Code.CONFLICT, "There is a fan with this platform id.", ("input", "platformFanId")))


def _row(owner: UUID, new: NewFan, account_id: UUID | None) -> Fan:
    fan = Fan(
        user_id=owner,
        id=new_id(),
        creator_account_id=account_id,
        platform=new.platform,
        platform_fan_id=new.platform_fan_id,
        name=new.name.strip(),
        handle=new.handle and handles.normalised(new.handle),
        handle_key=new.handle and handles.key(new.handle),
        email=new.email,
        avatar=new.avatar,
        tags=cleaned_tags(new.tags),
        value_cents=new.value_cents,
        last_seen_at=new.last_seen_at,
        notes=new.notes,
    )
    fan.search = searchable(fan)
    return fan


def searchable(fan: Fan) -> ColumnElement[Any]:
    """The words under which a fan is found: name, handle and e-mail address."""
    return func.array_to_tsvector(indexed(fan.user_id, [fan.name, fan.handle, fan.email]))
