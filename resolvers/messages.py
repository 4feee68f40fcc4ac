"""Root fields of messages: read and send them, take them back, send them again."""

from __future__ import annotations

from typing import Annotated

import strawberry

from db.queries import message_pages
from db.queries.message_pages import Failed
from resolvers.account_choice import AccountIds, chosen
from resolvers.payloads import answering
from schema.context import CurrentInfo
from schema.errors import shown
from schema.ids import decode, decode_optional
from schema.messages import KIND, AttachmentInput, Message, MessagePayload, MessagesPayload, SendMessageInput
from schema.pagination import After, Before, Connection, First, Last, connect, window
from schema.permissions import SignedIn
from services.platforms.interface import Media
from services.sending.cancel import cancel
from services.sending.outgoing import SendRequest
from services.sending.retry_choice import RetryRequest

FAILED_A_PAGE = 50


async def message(
    info: CurrentInfo, id: Annotated[strawberry.ID, strawberry.argument(description="The message.")]
) -> Message | None:
    row = await info.context.loaders.messages.load(decode(KIND, id))
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
        conversation_id=decode_optional("Conversation", input.conversation_id),
        fan_id=decode_optional("Fan", input.fan_id),
        price_cents=input.price_cents,
        attachments=tuple(media_of(each) for each in input.attachments or ()),
        priority=input.priority,
        scheduled_at=input.scheduled_at,
        sent_by_ai=input.sent_by_ai,
        metadata=input.metadata,
        expected_last_message_id=decode_optional(KIND, input.expected_last_message_id),
        idempotency_key=input.idempotency_key,
    )


def media_of(input: AttachmentInput) -> Media:
    return Media(input.type.name, input.url, input.platform_media_id, input.preview)


async def failed_messages(
    info: CurrentInfo,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
    include_unknown: Annotated[
        bool, strawberry.argument(description="Also those of which nobody knows whether they arrived?")
    ] = True,
    account_ids: AccountIds = None,
) -> Connection[Message]:
    owner, reads = info.context.owner, info.context.database.reads
    failed = Failed(include_unknown, chosen(account_ids))
    wanted = window(first, after, last, before, usual=FAILED_A_PAGE, kinds=message_pages.CURSOR_KINDS)
    async with reads() as session:
        page = await message_pages.page_of_failed(session, owner, failed, wanted)

    async def count() -> int:
        async with reads() as session:
            return await message_pages.count_failed(session, owner, failed)

    return connect(page, Message.of, count)


@answering(MessagesPayload)
async def retry_messages(
    info: CurrentInfo,
    ids: Annotated[list[strawberry.ID] | None, strawberry.argument(description="At most 100 messages.")] = None,
    campaign_id: Annotated[
        strawberry.ID | None, strawberry.argument(description="All failed messages of a campaign.")
    ] = None,
    resend_unknown: Annotated[
        bool, strawberry.argument(description="Also unknown ones, which may then be delivered twice?")
    ] = False,
) -> MessagesPayload:
    request = RetryRequest(
        ids=None if ids is None else tuple(decode(KIND, each) for each in ids),
        campaign_id=decode_optional("Campaign", campaign_id),
        resend_unknown=resend_unknown,
    )
    retried = await info.context.resources.retry_by_hand.retry(info.context.owner, request)
    return MessagesPayload(
        messages=[Message.of(row) for row in retried.messages], errors=[shown(problem) for problem in retried.problems]
    )


@answering(MessagePayload)
async def cancel_message(
    info: CurrentInfo, id: Annotated[strawberry.ID, strawberry.argument(description="The message.")]
) -> MessagePayload:
    row = await cancel(info.context.resources.transactions, info.context.owner, decode(KIND, id))
    return MessagePayload(message=Message.of(row))


@strawberry.type
class MessageQueries:
    message = strawberry.field(message, permission_classes=[SignedIn], description="One message; null if unknown.")
    failed_messages = strawberry.field(
        failed_messages,
        permission_classes=[SignedIn],
        description="Messages that were not sent, or nobody knows, 50 a page, newest first.",
    )


@strawberry.type
class MessageMutations:
    send_message = strawberry.mutation(
        send_message,
        permission_classes=[SignedIn],
        description="Send a message to a fan. It is stored and queued; watch it leave by inboxEvents.",
    )
    retry_messages = strawberry.mutation(
        retry_messages,
        permission_classes=[SignedIn],
        description=(
            "Failed messages, by id or all of a campaign; the message keeps its id. Unknown ones only where "
            "resendUnknown says that a second delivery is acceptable."
        ),
    )
    cancel_message = strawberry.mutation(
        cancel_message, permission_classes=[SignedIn], description="Take a message back while it is not yet sending."
    )
