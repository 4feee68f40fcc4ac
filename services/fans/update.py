"""Change a fan: what is not given stays as it is, None clears."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from db.models import Fan
from db.queries import conversations, fans
from db.unit_of_work import UnitOfWork
from services import rules
from services.fans import columns, fields
from services.fans.conflicts import told_apart
from services.live import events
from services.problems import Code, InvalidInput, Problem, Rejected, not_found

ROOT = ("input",)


@dataclass(frozen=True, slots=True)
class FanChanges:
    """`values`: by column, only what is given. Tags are added to, and then removed from, what `values` say, or she has.

    `expected_version`: refuse where the fan has changed since.
    """

    fan_id: UUID
    expected_version: int | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    add_tags: tuple[str, ...] = ()
    remove_tags: tuple[str, ...] = ()


def problems(changes: FanChanges) -> Iterator[InvalidInput]:
    yield from fields.problems(changes.values, ROOT)
    yield from fields.tags(changes.add_tags, (*ROOT, "addTags"))
    yield from fields.tags(changes.remove_tags, (*ROOT, "removeTags"))


async def update(work: UnitOfWork, owner: UUID, changes: FanChanges) -> Fan:
    """Write what differs, with one event; nothing and none where nothing does. Raises Rejected."""
    fan = await fans.lock(work.session, owner, changes.fan_id)
    if fan is None or fan.deleted_at is not None:
        raise not_found("fan", (*ROOT, "id"))
    if changes.expected_version not in {None, fan.version}:
        raise Rejected(Problem(Code.CONFLICT, "Somebody else changed her first.", (*ROOT, "expectedVersion")))
    values = columns.changed(fan, columns.stored(_with_tags(fan, changes)))
    if not values:
        return fan
    with told_apart():
        written = await fans.change(work.session, owner, fan.id, **values)
    assert written is not None
    talks = await conversations.of_fans(work.session, owner, [fan.id])
    work.emit(owner, events.fan_updated(written, talks[0].id if talks else None))
    return written


def _with_tags(fan: Fan, changes: FanChanges) -> dict[str, Any]:
    """The values with the tags that result. Raises Rejected for too many of them."""
    if not changes.add_tags and not changes.remove_tags:
        return dict(changes.values)
    begun = changes.values.get("tags", fan.tags) or ()
    removed = fields.cleaned(changes.remove_tags)
    tags = [tag for tag in fields.cleaned((*begun, *changes.add_tags)) if tag not in removed]
    if found := list(rules.at_most(tags, (*ROOT, "addTags"), fields.MAX_TAGS)):
        raise Rejected(*found)
    return {**changes.values, "tags": tags}
