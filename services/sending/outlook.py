"""Why one message waits, and when it will leave. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from db.queries.forecasts import WaitingMessage
from db.queries.line_places import Place
from services.pacing.departures import Departures
from services.pacing.limit import Kind
from services.sending.lane_outlook import LaneOutlook
from services.sending.releases import Release, releases
from services.sending.wait_reason import ENDLESS, Situation, wait_reason


@dataclass(frozen=True, slots=True)
class Outlook:
    """`reason` as in the schema's WaitReason. `leaves_at`: None where nobody can tell."""

    reason: str | None = None
    leaves_at: datetime | None = None


NO_OUTLOOK = Outlook()


class LineOutlook:
    """One kind of messages of one account. `held`: those that may not go yet."""

    def __init__(self, lane: LaneOutlook, kind: Kind, held: Iterable[Place]) -> None:
        self.lane = lane
        self._kind = kind
        self._releases = releases(held, lane.call + lane.limit.min_gap)
        self._later: dict[datetime, Departures] = {}

    def leaves(self, place: Place) -> datetime:
        """When a message leaves: at its turn, and not before it may."""
        return self._in_turn(place) if place.ready_at is None else self._held_back(place)

    def _in_turn(self, place: Place) -> datetime:
        """Those held back whose turn is earlier go before it if they may in time."""
        before = place.ahead
        for release in self._releases:
            for other in release.places:
                if other.ready_at is not None and other.ready_at <= self.lane.leaves(self._kind, before):
                    before += other.turn < place.turn
        return self.lane.leaves(self._kind, before)

    def _held_back(self, place: Place) -> datetime:
        """Among those who still wait when it may go; where they have all gone by then, as soon as it may."""
        release = next(each for each in self._releases if place in each.places)
        before = release.places.index(place)
        gone = self.lane.departures.place_from(self._kind, release.begins_at)
        if gone < place.ready:
            return self.lane.leaves(self._kind, max(place.ahead, gone) + before)
        alone = self._from(release).at(self._kind, before)
        return max(self.lane.leaves(self._kind, place.ready + before), alone)

    def _from(self, release: Release) -> Departures:
        if release.begins_at not in self._later:
            found = self.lane.later(release.begins_at, self._kind, len(release.places))
            self._later[release.begins_at] = found
        return self._later[release.begins_at]


def outlook_of(message: WaitingMessage, place: Place | None, line: LineOutlook) -> Outlook:
    """`place` is None for a message that stands in no line: of a paused campaign, or begun by a worker."""
    lane = line.lane
    if message.reserved:
        return Outlook(None, lane.now)
    reason = wait_reason(_situation(message, place, lane))
    if place is None or reason in ENDLESS or not lane.sends or lane.overdue:
        return Outlook(reason)
    return Outlook(reason, line.leaves(place))


def _situation(message: WaitingMessage, place: Place | None, lane: LaneOutlook) -> Situation:
    replies_wait = message.campaign_status is not None and lane.line.replies > 0
    return Situation(
        now=lane.now,
        status=message.status,
        reserved=message.reserved,
        campaign_status=message.campaign_status,
        scheduled_at=message.scheduled_at,
        not_before=message.not_before,
        account_connected=lane.connected,
        sending_enabled=lane.enabled,
        lane_blocked=lane.blocked,
        lane_overdue=lane.overdue,
        lane_asleep=lane.asleep,
        held=place is not None and place.held,
        behind=replies_wait or (place is not None and place.behind),
    )
