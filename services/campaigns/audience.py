"""Who of those named is written to, and why the others are not. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from db.models import CreatorAccount, Fan
from services.campaigns.request import Recipient
from services.problems import Code, Path, Problem, Rejected, invalid, not_found


class SkipReason(StrEnum):
    """The values of `SkipReason` in the public schema."""

    NOT_FOUND = "NOT_FOUND"
    DELETED = "DELETED"
    DUPLICATE = "DUPLICATE"
    NO_PLATFORM_ID = "NO_PLATFORM_ID"
    OTHER_ACCOUNT = "OTHER_ACCOUNT"
    ACCOUNT_DISCONNECTED = "ACCOUNT_DISCONNECTED"


@dataclass(frozen=True, slots=True)
class Skipped:
    """`fan_id` is None for an id that names no fan of the owner's."""

    recipient_id: str
    fan_id: UUID | None
    reason: SkipReason

    def stored(self) -> dict[str, str | None]:
        fan_id = None if self.fan_id is None else str(self.fan_id)
        return {"recipientId": self.recipient_id, "fanId": fan_id, "reason": self.reason.value}

    @classmethod
    def read(cls, stored: Mapping[str, str | None]) -> Skipped:
        fan_id = stored["fanId"]
        return cls(str(stored["recipientId"]), UUID(fan_id) if fan_id else None, SkipReason(str(stored["reason"])))


@dataclass(frozen=True, slots=True)
class Audience:
    """The fans in the order in which they were named, each once."""

    fans: tuple[Fan, ...]
    skipped: tuple[Skipped, ...]


def choose_account(
    accounts: Sequence[CreatorAccount], account_id: UUID | None, fans: Sequence[Fan], path: Path
) -> CreatorAccount:
    """The account to send from: the one named, else the only one there is, else the one all the fans belong to.

    Raises Rejected: NOT_FOUND, NOT_CONNECTED, or INVALID_INPUT where somebody has to choose.
    """
    if account_id is not None:
        named = next((account for account in accounts if account.id == account_id), None)
        if named is None:
            raise not_found("account", path)
        if named.status == "DISCONNECTED":
            raise Rejected(Problem(Code.NOT_CONNECTED, "This account is disconnected.", path))
        return named
    usable = [account for account in accounts if account.status != "DISCONNECTED"]
    if not usable:
        raise Rejected(Problem(Code.NOT_CONNECTED, "No account is connected."))
    theirs = {fan.creator_account_id for fan in fans if fan.deleted_at is None}
    candidates = usable if len(usable) == 1 else [account for account in usable if account.id in theirs]
    if len(candidates) != 1:
        raise Rejected(invalid("You have several accounts: say which one sends.", path, "required"))
    return candidates[0]


def gather(
    recipients: Sequence[Recipient],
    fans: Mapping[UUID, Fan],
    account: CreatorAccount,
    disconnected: frozenset[UUID],
    *,
    lookup_by_handle: bool,
) -> Audience:
    """`fans`: those of the owner's that were named; `disconnected`: her accounts that cannot send."""
    chosen: dict[UUID, Fan] = {}
    skipped: list[Skipped] = []
    for recipient in recipients:
        fan = fans.get(recipient.fan_id)
        if fan is None:
            skipped.append(Skipped(recipient.given, None, SkipReason.NOT_FOUND))
        elif fan.id in chosen:
            skipped.append(Skipped(recipient.given, fan.id, SkipReason.DUPLICATE))
        elif reason := _obstacle(fan, account, disconnected, lookup_by_handle):
            skipped.append(Skipped(recipient.given, fan.id, reason))
        else:
            chosen[fan.id] = fan
    return Audience(tuple(chosen.values()), tuple(skipped))


def _obstacle(
    fan: Fan, account: CreatorAccount, disconnected: frozenset[UUID], lookup_by_handle: bool
) -> SkipReason | None:
    if fan.deleted_at is not None:
        return SkipReason.DELETED
    if fan.creator_account_id != account.id:
        without = fan.creator_account_id is None or fan.creator_account_id in disconnected
        return SkipReason.ACCOUNT_DISCONNECTED if without else SkipReason.OTHER_ACCOUNT
    reachable = fan.platform_fan_id is not None or (fan.handle is not None and lookup_by_handle)
    return None if reachable else SkipReason.NO_PLATFORM_ID
