"""Root fields of messages: read one, send one."""

from __future__ import annotations

from typing import Annotated

import strawberry

from resolvers.payloads import answering
from schema import ids
from schema.context import CurrentInfo
from schema.errors import shown
from schema.messages import KIND, AttachmentInput, Message, MessagePayload, SendMessageInput
from schema.permissions import SignedIn
from services.platforms.interface import Media
from services.sending.outgoing import SendRequest


async def message(
    info: CurrentInfo, id: Annotated[strawberry.ID, strawberry.argument(description="The message.")]
) -> Message | None:
    row = await info.context.loaders.messages.load(ids.decode(KIND, id))
    return Message.of(row) if row else None


@answering(MessagePayload)
async def send_message(
    info: CurrentInfo, input: Annotated[SendMessageInput, strawberry.argument(description="The message.")]
) -> MessagePayload:
    context = info.context
    sent = await context.resources.sending.send(context.owner, context.actor, _request(input))
    return MessagePayload(message=Message.of(sent.message), errors=[shown(problem) for problem in sent.problems])


def _request(input: SendMessageInput) -> SendRequest:
    return SendRequest(
        text=input.text,
        conversation_id=ids.decode_optional("Conversation", input.conversation_id),
        fan_id=ids.decode_optional("Fan", input.fan_id),
        price_cents=input.price_cents,
        attachments=tuple(_media(each) for each in input.attachments or ()),
        priority=input.priority,
        scheduled_at=input.scheduled_at,
        sent_by_ai=input.sent_by_ai,
        metadata=input.metadata,
        expected_last_message_id=ids.decode_optional(KIND, input.expected_last_message_id),
        idempotency_key=input.idempotency_key,
    )


def _media(input: AttachmentInput) -> Media:
    return Media(input.type.name, input.url, input.platform_media_id, input.preview)


@strawberry.type
class MessageQueries:
    message = strawberry.field(message, permission_classes=[SignedIn], description="One message; null if unknown.")


@strawberry.type
class MessageMutations:
    send_message = strawberry.mutation(
        send_message,
        permission_classes=[SignedIn],
        description="Send a message to a fan. It is stored and queued; watch it leave by inboxEvents.",
    )
