"""When will a campaign's last message have been sent? Pure."""

from __future__ import annotations

from datetime import datetime

from db.queries.campaign_lines import CampaignLine
from services.pacing.limit import Kind
from services.sending.lane_outlook import LaneOutlook


def end_of(campaign: CampaignLine, lane: LaneOutlook, length: int) -> datetime | None:
    """`length`: how many messages of the line go until the last one of an active campaign has gone, with that one."""
    if not lane.sends:
        return None
    if campaign.status == "SCHEDULED":
        return end_of_new(lane, campaign.before, campaign.recipients, campaign.scheduled_at)
    if length:
        return lane.leaves(Kind.CAMPAIGN, length - 1) + lane.call
    return max(slot.ended_at for slot in lane.slots) if campaign.under_way and lane.slots else None


def end_of_new(lane: LaneOutlook, before: int, recipients: int, starts_at: datetime | None) -> datetime | None:
    """Of one whose messages join the line behind `before` others of campaigns, now or at `starts_at`."""
    if not lane.sends or recipients < 1:
        return None
    joined, waiting = lane.joined_by(recipients), lane.line.campaign
    moment = max(starts_at or lane.begins_at, lane.begins_at)
    gone = joined.place_from(Kind.CAMPAIGN, moment)
    if gone < waiting or moment == lane.begins_at:
        return joined.at(Kind.CAMPAIGN, max(before, gone) + recipients - 1) + lane.call
    # The line is empty by then, though the slots of those before it may still be held.
    last = lane.later(moment, Kind.CAMPAIGN, recipients).at(Kind.CAMPAIGN, recipients - 1)
    return max(last, joined.at(Kind.CAMPAIGN, waiting + recipients - 1)) + lane.call
