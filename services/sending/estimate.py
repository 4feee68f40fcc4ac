"""When will what waits leave? Read from lane, limiter and line in a few statements, however many are asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from db.engine import Database, ReadSession
from db.queries import campaign_lines, forecasts, line_places, queue_status
from db.queries.forecasts import WaitingMessage
from db.queries.line_places import Place
from db.queries.queue_status import AccountCounts
from services.pacing.limit import Kind, Limit
from services.sending.campaign_end import end_of, end_of_new
from services.sending.lane_outlook import LaneOutlook
from services.sending.outlook import LineOutlook, Outlook, outlook_of

NOWHERE = Outlook("ACCOUNT_DISCONNECTED")


class Estimates:
    """Answers for the moment of the question: as if nothing were written, paused or refused from now on.

    `enabled`: the flag RATE_LIMITER_ENABLED.
    """

    def __init__(self, database: Database, limit: Limit, *, enabled: bool) -> None:
        self._database = database
        self._limit = limit
        self._enabled = enabled

    async def of_messages(self, owner: UUID, message_ids: Sequence[UUID]) -> dict[UUID, Outlook]:
        """Why each of the messages waits, and until when; those that do not wait are left out."""
        async with self._database.reads() as session:
            messages = await forecasts.waiting_messages(session, owner, message_ids)
            if not messages:
                return {}
            counts = await queue_status.under_way_counts(session, owner)
            lanes = await self.lanes(session, owner, _accounts(messages), counts)
            places = await self._places(session, owner, messages)
        lines = {
            (account, kind): LineOutlook(
                lane, kind, (each for each in places[kind] if each.creator_account_id == account)
            )
            for account, lane in lanes.items()
            for kind in Kind
        }
        found = {kind: {place.id: place for place in places[kind]} for kind in Kind}
        return {
            message.id: outlook_of(message, found[_kind(message)].get(message.id), line)
            if message.creator_account_id and (line := lines.get((message.creator_account_id, _kind(message))))
            else NOWHERE
            for message in messages
        }

    async def of_accounts(self, owner: UUID, account_ids: Sequence[UUID]) -> dict[UUID, LaneOutlook]:
        """What waits on each account, when the next of it leaves and when the last."""
        async with self._database.reads() as session:
            counts = await queue_status.open_counts(session, owner)
            return await self.lanes(session, owner, account_ids, counts)

    async def campaign_ends(self, owner: UUID, campaign_ids: Sequence[UUID]) -> dict[UUID, datetime]:
        """When the last message of each campaign will have been sent, active ones and those that start by themselves.

        Left out are campaigns of which nothing is left to be sent, or nobody can tell when: drafts, paused ones, those
        of an account that does not send.
        """
        async with self._database.reads() as session:
            rows = await campaign_lines.of_campaigns(session, owner, campaign_ids)
            accounts = list({row.creator_account_id for row in rows})
            counts = await queue_status.under_way_counts(session, owner) if rows else {}
            lanes = await self.lanes(session, owner, accounts, counts)
            active = [row.id for row in rows if row.status == "ACTIVE"]
            lengths = await line_places.lengths_up_to(session, owner, accounts, active) if active else {}
        ends = {row.id: end_of(row, lanes[row.creator_account_id], lengths.get(row.id, 0)) for row in rows}
        return {campaign: end for campaign, end in ends.items() if end is not None}

    async def end_of_new_campaign(
        self, owner: UUID, account_id: UUID, recipients: int, priority: int, starts_at: datetime | None = None
    ) -> datetime | None:
        """When the last message would have been sent if the campaign were started now, or at `starts_at`.

        None for an account that does not send.
        """
        async with self._database.reads() as session:
            counts = await queue_status.under_way_counts(session, owner)
            lanes = await self.lanes(session, owner, [account_id], counts)
            before = await campaign_lines.waiting_before(session, owner, account_id, priority)
        return end_of_new(lanes[account_id], before, recipients, starts_at) if account_id in lanes else None

    async def lanes(
        self,
        session: ReadSession,
        owner: UUID,
        account_ids: Sequence[UUID],
        counts: Mapping[UUID | None, AccountCounts],
    ) -> dict[UUID, LaneOutlook]:
        """The lanes of these accounts by what waits on them; two statements."""
        states = await forecasts.lane_states(session, owner, account_ids)
        attempts = await forecasts.last_attempts(session, owner, account_ids, 2 * self._limit.messages + 10)
        return {
            account: LaneOutlook(
                self._limit, state, attempts.get(account, []), counts.get(account, AccountCounts()), self._enabled
            )
            for account, state in states.items()
        }

    async def _places(
        self, session: ReadSession, owner: UUID, messages: Sequence[WaitingMessage]
    ) -> dict[Kind, list[Place]]:
        """One statement for the replies among them, if there are any, and one for those of campaigns."""
        found: dict[Kind, list[Place]] = {}
        for kind, read in ((Kind.REPLY, line_places.of_replies), (Kind.CAMPAIGN, line_places.of_campaigns)):
            asked = [message for message in messages if _kind(message) is kind]
            ids = [message.id for message in asked]
            found[kind] = await read(session, owner, _accounts(asked), ids) if asked else []
        return found


def _kind(message: WaitingMessage) -> Kind:
    return Kind.REPLY if message.campaign_status is None else Kind.CAMPAIGN


def _accounts(messages: Iterable[WaitingMessage]) -> list[UUID]:
    return list({each.creator_account_id for each in messages if each.creator_account_id is not None})
