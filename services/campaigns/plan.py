"""What a campaign comes to before anything is stored: who sends, who is written to, and what each of them reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from db.engine import ReadSession
from db.models import CreatorAccount, Fan
from db.queries import creator_accounts, fans
from services.campaigns.audience import Audience, choose_account, gather
from services.campaigns.request import CampaignRequest
from services.campaigns.template import Addressee, render
from services.platforms.interface import Capabilities
from services.platforms.price import price_problem
from services.platforms.registry import Adapters
from services.problems import Code, InvalidInput, Path, Problem, Rejected, invalid


@dataclass(frozen=True, slots=True)
class Plan:
    account: CreatorAccount
    audience: Audience
    texts: tuple[str, ...]
    """The text of each fan of the audience, in its order."""


async def make_plan(
    session: ReadSession, adapters: Adapters, owner: UUID, request: CampaignRequest, root: Path = ("input",)
) -> Plan:
    """Raises Rejected: NOT_FOUND, NOT_CONNECTED, NOT_SUPPORTED, INVALID_INPUT for what the platform would refuse."""
    found = await fans.get_many(session, owner, [recipient.fan_id for recipient in request.recipients])
    accounts = await creator_accounts.of_owner(session, owner)
    account = choose_account(accounts, request.account_id, found, (*root, "accountId"))
    capabilities = _capabilities(adapters, account)
    disconnected = frozenset(each.id for each in accounts if each.status == "DISCONNECTED")
    audience = gather(
        request.recipients,
        {fan.id: fan for fan in found},
        account,
        disconnected,
        lookup_by_handle=capabilities.lookup_by_handle,
    )
    texts = tuple(text_for(request.content, fan) for fan in audience.fans)
    if refused := list(_refused(capabilities, request, texts, root)):
        raise Rejected(*refused)
    return Plan(account, audience, texts)


def text_for(content: str, fan: Fan) -> str:
    return render(content, Addressee(fan.name, fan.handle))


def _capabilities(adapters: Adapters, account: CreatorAccount) -> Capabilities:
    adapter = adapters.adapter_for(account.platform)
    if adapter is None:
        raise Rejected(Problem(Code.NOT_SUPPORTED, f"Sending on {account.platform} is not supported."))
    return adapter.capabilities


def _refused(
    capabilities: Capabilities, request: CampaignRequest, texts: Sequence[str], root: Path
) -> Iterator[InvalidInput]:
    longest = capabilities.max_text_length
    if any(len(text) > longest for text in (request.content, *texts)):
        message = f"With the names put in, it has more than the {longest:,} characters the platform takes."
        yield invalid(message, (*root, "content"), "max_length", longest)
    if problem := price_problem(capabilities, request.price_cents or None, bool(request.attachments)):
        rule, limit, message = problem
        yield invalid(message, (*root, "priceCents"), rule, limit)


def somebody(plan: Plan, root: Path = ("input",)) -> Plan:
    """Raises Rejected where nobody would be written to."""
    if not plan.audience.fans:
        raise Rejected(invalid("None of them can be written to.", (*root, "recipientIds"), "reachable"))
    return plan
