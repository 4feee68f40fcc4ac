"""Every table, so that migrations and the owner guard see all of them."""

from db.models.attempts import Attempt
from db.models.base import Base, new_id
from db.models.campaigns import Campaign, CampaignRecipient
from db.models.conversations import Conversation
from db.models.creator_accounts import CreatorAccount
from db.models.fan_imports import (
    FanImport,
    FanImportFailure,
    FanImportFan,
    FanImportFile,
    FanImportFormerKey,
    FanImportPreview,
)
from db.models.fans import Fan
from db.models.idempotency_keys import IdempotencyKey
from db.models.lanes import Lane
from db.models.live_events import LiveEvent, LiveSequence
from db.models.message_counts import MessageCount, UnsentCount
from db.models.message_removals import MessageRemoval
from db.models.messages import Message
from db.models.payments import Payment
from db.models.users import User
from db.models.webhook_deliveries import WebhookDelivery
from db.models.worker_heartbeats import WorkerHeartbeat

__all__ = [
    "Attempt", "Base", "Campaign", "CampaignRecipient", "Conversation", "CreatorAccount", "Fan", "FanImport",
    "FanImportFailure", "FanImportFan", "FanImportFile", "FanImportFormerKey", "FanImportPreview", "IdempotencyKey",
    "Lane", "LiveEvent", "LiveSequence", "Message", "MessageCount", "MessageRemoval", "Payment", "UnsentCount",
    "User", "WebhookDelivery", "WorkerHeartbeat", "new_id",
]  # fmt: skip
