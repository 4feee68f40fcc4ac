"""Find the fan a platform tells of, or make her: by the platform's id, then by handle. A deleted one is back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from db.models import CreatorAccount, Fan, new_id
from db.queries import conversations, fans
from db.unit_of_work import UnitOfWork
from services import rules
from services.fans import columns, handles
from services.fans.fields import MAX_HANDLE, MAX_NAME
from services.fans.indexing import searchable
from services.live import events
from services.platforms.interface import InboundPerson

NOBODYS_NAME = "Fan"
"""Until an event tells her name or handle."""


async def meet(
    work: UnitOfWork, account: CreatorAccount, person: InboundPerson, seen_at: datetime | None, worth_cents: int = 0
) -> Fan:
    """The fan, seen at a moment (None: this was no act of hers) and worth so much more, with an event if she changed.

    The account must be held: two first events of a fan at once would make two of her. What was written by hand stays;
    what nobody has told yet is filled in, so that the order of events does not matter.
    """
    person = _storable(person)
    known = await _known(work, account, person)
    if known is None:
        return await _new(work, account, person, seen_at, worth_cents)
    told = {
        "platform_fan_id": person.platform_fan_id,
        "deleted_at": None,
        "last_seen_at": _later(known, seen_at),
        "value_cents": min(known.value_cents + worth_cents, rules.MAX_CENTS),
    }
    values = columns.changed(known, told | await _filled_in(work, account, known, person))
    if not values:
        return known
    is_back = known.deleted_at is not None
    changed = await fans.change(work.session, account.user_id, known.id, **values)
    assert changed is not None
    talks = await conversations.of_fans(work.session, account.user_id, [known.id])
    work.emit(account.user_id, events.fan_updated(changed, talks[0].id if talks else None))
    if is_back:
        for talk in talks:  # whoever was told that she was deleted has dropped it
            work.emit(account.user_id, events.conversation_updated(talk))
    return changed


def _storable(person: InboundPerson) -> InboundPerson:
    """Without what PostgreSQL cannot store, cut to what a fan may have; without what is no name, handle or address."""
    handle, avatar = _cleaned(person.handle), _cleaned(person.avatar)
    return replace(
        person,
        handle=handles.normalised(handle[:MAX_HANDLE]) if handle and handles.key(handle) else None,
        name=(_cleaned(person.name) or "")[:MAX_NAME].strip() or None,
        avatar=avatar if avatar and not list(rules.url(avatar, ())) else None,
    )


def _cleaned(text: str | None) -> str | None:
    return None if text is None else rules.UNSTORABLE.sub("", text).strip() or None


async def _known(work: UnitOfWork, account: CreatorAccount, person: InboundPerson) -> Fan | None:
    """Locked: somebody may be changing her by hand, or erasing her, at this moment."""
    session, owner = work.session, account.user_id
    found = await fans.by_platform_id(session, owner, account.id, person.platform_fan_id)
    if found is None and person.handle:
        found = await _of_handle(work, account, person.handle)
        # A handle that already belongs to another platform id was given up and taken by somebody else.
        found = found if found is not None and found.platform_fan_id is None else None
    locked = found and await fans.lock(session, owner, found.id)
    if locked is None or locked.erased_at is not None:
        return None
    return locked if locked.platform_fan_id in {None, person.platform_fan_id} else None


async def _of_handle(work: UnitOfWork, account: CreatorAccount, handle: str) -> Fan | None:
    return await fans.by_handle(work.session, account.user_id, account.platform, account.id, handles.key(handle))


def _later(known: Fan, seen_at: datetime | None) -> datetime | None:
    moments = [moment for moment in (known.last_seen_at, seen_at) if moment is not None]
    return max(moments, default=None)


async def _filled_in(work: UnitOfWork, account: CreatorAccount, known: Fan, person: InboundPerson) -> dict[str, Any]:
    """What she had not, by column."""
    found: dict[str, Any] = {}
    if known.handle is None and person.handle and await _of_handle(work, account, person.handle) is None:
        found |= {"handle": person.handle, "handle_key": handles.key(person.handle)}
    if known.avatar is None and person.avatar:
        found["avatar"] = person.avatar
    if known.name in (NOBODYS_NAME, _name_of(None, known.handle)):
        found["name"] = _name_of(person.name, found.get("handle", known.handle))
    return found


def _name_of(name: str | None, handle: str | None) -> str:
    return name or (handle[1:] if handle else NOBODYS_NAME)


async def _new(
    work: UnitOfWork, account: CreatorAccount, person: InboundPerson, seen_at: datetime | None, worth_cents: int
) -> Fan:
    free = person.handle is not None and await _of_handle(work, account, person.handle) is None
    fan = Fan(
        user_id=account.user_id,
        id=new_id(),
        creator_account_id=account.id,
        platform=account.platform,
        platform_fan_id=person.platform_fan_id,
        name=_name_of(person.name, person.handle),
        handle=person.handle if free else None,
        handle_key=handles.key(person.handle) if free and person.handle else None,
        avatar=person.avatar,
        value_cents=worth_cents,
        last_seen_at=seen_at,
    )
    fan.search = searchable(fan)
    work.session.add(fan)
    await work.session.flush()
    work.emit(account.user_id, events.fan_updated(fan))
    return fan
