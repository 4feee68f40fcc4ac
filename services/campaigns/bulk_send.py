"""One message to many: campaign and audience stored in one transaction, the messages queued after the commit."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError

from db.engine import Database
from db.models import Campaign, Fan, Message, new_id
from db.queries import campaigns, idempotency_keys, messages
from db.unit_of_work import Transactions, UnitOfWork
from services.campaigns.audience import Skipped
from services.campaigns.plan import Plan, make_plan, somebody, text_for
from services.campaigns.request import CampaignRequest, problems
from services.campaigns.start import start
from services.campaigns.wake import Alarm
from services.live import events
from services.platforms.registry import Adapters
from services.problems import Code, Problem, Rejected
from services.runtime.clock import Clock
from services.sending.accept import attachment
from services.sending.estimate import Estimates
from services.sending.outgoing import USUAL_PRIORITY, only_too_late
from services.sending.queueing import Queueing

log = structlog.get_logger(service="campaigns")

OPERATION = "sendBulkMessage"
SWITCHED_OFF = Problem(Code.SENDING_DISABLED, "Sending is switched off.")


@dataclass(frozen=True, slots=True)
class BulkSend:
    """What became of it. `campaign` is None for a dry run; `queued` and `failed` are 0 before the start."""

    campaign: Campaign | None
    fans: Sequence[Fan]
    texts: Sequence[str]
    skipped: Sequence[Skipped]
    queued: int = 0
    failed: int = 0
    problems: Sequence[Problem] = ()
    estimated_completion: datetime | None = None


class BulkSender:
    """`enabled`: the flag RATE_LIMITER_ENABLED, without which drafts can be kept and nothing is started."""

    def __init__(
        self,
        database: Database,
        transactions: Transactions,
        adapters: Adapters,
        queueing: Queueing,
        estimates: Estimates,
        alarm: Alarm,
        clock: Clock,
        *,
        enabled: bool,
    ) -> None:
        self._database = database
        self._transactions = transactions
        self._adapters = adapters
        self._queueing = queueing
        self._estimates = estimates
        self._alarm = alarm
        self._clock = clock
        self._enabled = enabled

    async def send(
        self, owner: UUID, actor: str, request: CampaignRequest, allow: Callable[[], Awaitable[None]]
    ) -> BulkSend:
        """Carry out a bulk message, keep it as a draft, schedule it, or tell what it would come to.

        `allow` counts a new bulk send and raises Rejected where there were too many; drafts, dry runs, repeats of an
        earlier call and what is refused are not counted. Raises Rejected; then nothing is stored and nothing is sent.
        """
        if found := list(problems(request, self._clock.now())):
            if only_too_late(found) and (earlier := await self._earlier(owner, request)):
                return earlier
            raise Rejected(*found)
        if request.dry_run:
            return await self._dry_run(owner, request)
        if not (self._enabled or request.draft):
            raise Rejected(SWITCHED_OFF)
        if earlier := await self._earlier(owner, request):
            return earlier
        if not request.draft:
            await self._check_before_counting(owner, request)
            await allow()
        async with self._transactions() as work:
            plan = somebody(await make_plan(work.session, self._adapters, owner, request))
            campaign = await self._store(work, owner, actor, request, plan)
            if campaign is not None and request.starts_at_once:
                campaign, pending = await start(work, campaign)
            else:
                pending = []
        if campaign is None:  # the same call came twice at the same moment
            return await self._earlier(owner, request) or await self.send(owner, actor, request, allow)
        if campaign.status == "SCHEDULED":
            await self._alarm.set(campaign)
        return await self._queue(owner, campaign, plan, pending)

    async def _check_before_counting(self, owner: UUID, request: CampaignRequest) -> None:
        """In a session of its own, for none is held while Redis is asked; what is stored is planned anew."""
        async with self._database.reads() as session:
            somebody(await make_plan(session, self._adapters, owner, request))

    async def _dry_run(self, owner: UUID, request: CampaignRequest) -> BulkSend:
        async with self._database.reads() as session:
            plan = await make_plan(session, self._adapters, owner, request)
        priority, count = request.priority or USUAL_PRIORITY, len(plan.texts)
        end = count and await self._estimates.end_of_new_campaign(
            owner, plan.account.id, count, priority, request.scheduled_at
        )
        return BulkSend(None, plan.audience.fans, plan.texts, plan.audience.skipped, estimated_completion=end or None)

    async def _store(
        self, work: UnitOfWork, owner: UUID, actor: str, request: CampaignRequest, plan: Plan
    ) -> Campaign | None:
        """None where another call took the idempotency key in the meantime."""
        campaign = _campaign(owner, actor, request, plan)
        key = request.idempotency_key
        if key is not None:
            taken = await idempotency_keys.claim(
                work.session, owner, OPERATION, key, request.input_hash, campaign.id
            )  # fmt: skip
            if taken is not None:
                return None
        work.session.add(campaign)
        await work.session.flush()
        await campaigns.freeze_audience(work.session, campaign, [fan.id for fan in plan.audience.fans])
        work.emit(owner, events.campaign_updated(campaign))
        return campaign

    async def _queue(self, owner: UUID, campaign: Campaign, plan: Plan, pending: Sequence[Message]) -> BulkSend:
        queued = await self._queueing.enqueue(owner, pending)
        failed = [each.problem for each in queued if each.problem is not None]
        campaign, end = await self._as_it_stands(owner, campaign)
        return BulkSend(
            campaign=campaign,
            fans=plan.audience.fans,
            texts=plan.texts,
            skipped=plan.audience.skipped,
            queued=len(queued) - len(failed),
            failed=len(failed),
            problems=list(dict.fromkeys(failed)),
            estimated_completion=end,
        )

    async def _as_it_stands(self, owner: UUID, campaign: Campaign) -> tuple[Campaign, datetime | None]:
        """With its estimated end. It is stored: where the database is away, what is known of it has to do."""
        try:
            async with self._database.reads() as session:
                present = await campaigns.get(session, owner, campaign.id)
            return present or campaign, await self._end(owner, campaign)
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            log.warning("campaign_not_read", action="send", campaignId=str(campaign.id), error=type(error).__name__)
            return campaign, None

    async def _end(self, owner: UUID, campaign: Campaign) -> datetime | None:
        return (await self._estimates.campaign_ends(owner, [campaign.id])).get(campaign.id)

    async def _earlier(self, owner: UUID, request: CampaignRequest) -> BulkSend | None:
        """What an earlier call with the same key made, as it stands now. Raises Rejected where it asked for another."""
        if request.idempotency_key is None:
            return None
        async with self._database.reads() as session:
            taken = await idempotency_keys.find(session, owner, OPERATION, request.idempotency_key)
            if taken is None:
                return None
            if taken.input_hash != request.input_hash:
                path = ("input", "idempotencyKey")
                raise Rejected(Problem(Code.CONFLICT, "This key was used before, for another message.", path))
            campaign = await campaigns.get(session, owner, taken.result_id)
            assert campaign is not None
            fans = await campaigns.audience(session, owner, campaign.id)
            rows = await messages.of_campaign(session, owner, campaign.id)
        end = await self._end(owner, campaign)
        failed = sum(row.status == "FAILED" for row in rows)
        skipped = [Skipped.read(stored) for stored in campaign.skipped]
        texts = [text_for(campaign.content, fan) for fan in fans]
        return BulkSend(campaign, fans, texts, skipped, len(rows) - failed, failed, estimated_completion=end)


def _campaign(owner: UUID, actor: str, request: CampaignRequest, plan: Plan) -> Campaign:
    scheduled = request.scheduled_at is not None and not request.draft
    return Campaign(
        user_id=owner,
        id=new_id(),
        creator_account_id=plan.account.id,
        name=request.name,
        type=request.type,
        # A campaign that starts at once is a draft until the same transaction has made its messages.
        status="SCHEDULED" if scheduled else "DRAFT",
        content=request.content,
        attachments=[attachment(media) for media in request.attachments],
        price_cents=request.price_cents or None,
        priority=request.priority or USUAL_PRIORITY,
        sent_by=actor,
        skipped=[skipped.stored() for skipped in plan.audience.skipped],
        scheduled_at=request.scheduled_at,
    )
