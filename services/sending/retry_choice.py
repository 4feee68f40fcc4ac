"""Which of the messages that somebody wants to send again can be: locked, each with its place in the arguments.

Their campaigns are locked before them, as always: else one could end between a look at it and its message's return.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from db.models import Message
from db.queries import campaigns, creator_accounts, fans, messages
from db.unit_of_work import UnitOfWork
from services import rules
from services.platforms.registry import Adapters
from services.problems import InvalidInput, Path, Problem, invalid, not_found
from services.sending.retryable import Surroundings, refusal

MOST_IDS = 100
OF_CAMPAIGN = ("campaignId",)


@dataclass(frozen=True, slots=True)
class RetryRequest:
    """Exactly one of the two; an id that is no message's is answered, like an unknown one, with NOT_FOUND."""

    ids: tuple[UUID, ...] | None = None
    campaign_id: UUID | None = None
    resend_unknown: bool = False


@dataclass(slots=True)
class Choice:
    """What can be sent again, in the order asked for, and why the rest cannot."""

    messages: list[Message] = field(default_factory=list)
    paths: dict[UUID, Path] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def problems(request: RetryRequest) -> Iterator[InvalidInput]:
    if (request.ids is None) == (request.campaign_id is None):
        yield invalid("Give exactly one of ids and campaignId.", ("ids",), "exactly_one")
    elif request.ids is not None:
        yield from rules.at_most(request.ids, ("ids",), MOST_IDS)


async def choose(work: UnitOfWork, adapters: Adapters, owner: UUID, request: RetryRequest) -> Choice:
    """Raises Rejected: NOT_FOUND for a campaign; single messages are told as problems."""
    choice = Choice()
    if request.campaign_id is not None:
        rows = await _of_campaign(work, owner, request.campaign_id, request.resend_unknown, choice)
    else:
        rows = await _by_id(work, owner, request.ids or (), choice)
    around = await _surroundings(work, adapters, owner, rows)
    for row in rows:
        problem = refusal(row, around[row.id], choice.paths[row.id], resend_unknown=request.resend_unknown)
        if problem is None:
            choice.messages.append(row)
        elif problem not in choice.problems:
            choice.problems.append(problem)
    return choice


async def _by_id(work: UnitOfWork, owner: UUID, ids: Sequence[UUID], choice: Choice) -> list[Message]:
    """Each message once, however often it was named."""
    await campaigns.lock_many(work.session, owner, await messages.campaigns_of(work.session, owner, ids))
    rows = {row.id: row for row in await messages.lock_many(work.session, owner, ids)}
    for number, message_id in enumerate(ids):
        path = ("ids", str(number))
        if message_id in rows:
            choice.paths.setdefault(message_id, path)
        else:
            choice.problems += not_found("message", path).problems
    return [rows[message_id] for message_id in choice.paths]


async def _of_campaign(
    work: UnitOfWork, owner: UUID, campaign_id: UUID, resend_unknown: bool, choice: Choice
) -> Sequence[Message]:
    if await campaigns.lock(work.session, owner, campaign_id) is None:
        raise not_found("campaign", OF_CAMPAIGN)
    statuses = ("FAILED", "UNKNOWN") if resend_unknown else ("FAILED",)
    rows = await messages.lock_of_campaign(work.session, owner, campaign_id, statuses)
    choice.paths = dict.fromkeys((row.id for row in rows), OF_CAMPAIGN)
    return rows


async def _surroundings(
    work: UnitOfWork, adapters: Adapters, owner: UUID, rows: Sequence[Message]
) -> dict[UUID, Surroundings]:
    session = work.session
    fan_rows = await fans.get_many(session, owner, list({row.fan_id for row in rows}))
    account_ids = {row.creator_account_id for row in rows if row.creator_account_id}
    account_rows = await creator_accounts.get_many(session, owner, list(account_ids))
    campaign_rows = await campaigns.get_many(session, owner, list({row.campaign_id for row in rows if row.campaign_id}))
    fan_of = {each.id: each for each in fan_rows}
    accounts = {each.id: each for each in account_rows}
    campaign_of = {each.id: each for each in campaign_rows}
    found = {}
    for row in rows:
        account = accounts.get(row.creator_account_id) if row.creator_account_id else None
        found[row.id] = Surroundings(
            fan=fan_of[row.fan_id],
            account=account,
            campaign=campaign_of.get(row.campaign_id) if row.campaign_id else None,
            supported=account is not None and adapters.adapter_for(account.platform) is not None,
        )
    return found
