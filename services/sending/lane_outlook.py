"""What becomes of an account's lane if nothing changes. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from db.queries.forecasts import LaneState, LastAttempt
from db.queries.queue_status import AccountCounts
from services.pacing.departures import Departures
from services.pacing.forecast import Line, expected, forecast, usual_call
from services.pacing.limit import Kind, Limit, Slot
from services.pacing.slots import duration_of, slot_of

OVERDUE = timedelta(seconds=10)
"""Workers look every half second: a lane that nobody has taken for so long is looked at by nobody."""


@dataclass(frozen=True)
class LaneOutlook:
    """One account at one moment of the database's clock. `enabled`: the flag RATE_LIMITER_ENABLED."""

    limit: Limit
    state: LaneState
    attempts: Sequence[LastAttempt]
    counts: AccountCounts
    enabled: bool

    @property
    def now(self) -> datetime:
        return self.state.now

    @property
    def connected(self) -> bool:
        return self.state.account_status == "CONNECTED"

    @property
    def sends(self) -> bool:
        return self.connected and self.enabled

    @property
    def blocked(self) -> bool:
        """The platform has asked to wait (429)."""
        return self.state.blocked_until is not None and self.state.blocked_until > self.now

    @property
    def in_flight(self) -> bool:
        return any(attempt.state != "done" and attempt.lease_until > self.now for attempt in self.attempts)

    @property
    def asleep(self) -> bool:
        """Nobody will look at it before somebody wakes it."""
        return self.state.due_at is None and not self.in_flight

    @property
    def overdue(self) -> bool:
        """It is due, and no worker takes it."""
        due = self.state.due_at
        return due is not None and not self.blocked and not self.in_flight and due + OVERDUE < self.now

    @property
    def begins_at(self) -> datetime:
        """The first moment at which something may leave. While a call is under way its end decides that."""
        moments = [self.now]
        if self.state.blocked_until is not None:
            moments.append(self.state.blocked_until)
        if self.state.due_at is not None and not self.in_flight:
            moments.append(self.state.due_at)
        return max(moments)

    @cached_property
    def call(self) -> timedelta:
        return usual_call(self.limit, [taken for each in self.attempts if (taken := duration_of(each)) is not None])

    @property
    def slots(self) -> list[Slot]:
        return expected([slot_of(attempt) for attempt in self.attempts], self.now, self.call)

    @cached_property
    def line(self) -> Line:
        """Without what a worker has a slot for already, although it still says QUEUED."""
        reserved = [attempt.campaign for attempt in self.attempts if attempt.state == "reserved"]
        replies = self.counts.replies - reserved.count(False)
        return Line(max(replies, 0), max(self.counts.campaign - reserved.count(True), 0))

    @cached_property
    def departures(self) -> Departures:
        return forecast(self.limit, self.begins_at, self.slots, self.call, self.line)

    def joined_by(self, campaign: int) -> Departures:
        """As if so many messages of a campaign stood at the end of the line."""
        line = Line(self.line.replies, self.line.campaign + campaign)
        return forecast(self.limit, self.begins_at, self.slots, self.call, line)

    def later(self, moment: datetime, kind: Kind, count: int) -> Departures:
        """As if so many of a kind came at a moment when all others of their kind have left."""
        replies, campaign = (
            count if each is kind else self.departures.count(each) - self.departures.place_from(each, moment)
            for each in (Kind.REPLY, Kind.CAMPAIGN)
        )
        return forecast(self.limit, max(moment, self.begins_at), self.slots, self.call, Line(replies, campaign))

    def leaves(self, kind: Kind, place: int) -> datetime:
        """When the message at a place of the line leaves; behind its end, as soon as the lane is free again."""
        count = self.departures.count(kind)
        if place < count:
            return self.departures.at(kind, place)
        free = max(self.departures.last or self.begins_at, self.begins_at)
        return free + (place - count + 1) * (self.call + self.limit.min_gap) if self.departures.last else free

    @property
    def next_send_at(self) -> datetime | None:
        """None where nothing can leave, however long one waits."""
        if not self.sends:
            return None
        return self.departures.first or self.counts.scheduled_next

    @property
    def drain_seconds(self) -> int:
        """Until the last of the line has arrived; 0 where nothing can leave."""
        last = self.departures.last if self.sends else None
        return 0 if last is None else math.ceil((last + self.call - self.now).total_seconds())
