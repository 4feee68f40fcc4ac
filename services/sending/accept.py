"""Accept a message: check, recognise a repeat, store it with its conversation and its events. Nothing leaves here.

The caller commits; only then is the message queued (`services.sending.send`).
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func

from db.engine import ReadSession
from db.models import Conversation, CreatorAccount, Fan, IdempotencyKey, Message, new_id
from db.queries import conversations, creator_accounts, fans, idempotency_keys, messages
from db.unit_of_work import UnitOfWork
from services.live import events
from services.platforms.interface import Adapter, Media
from services.platforms.price import price_problem
from services.platforms.registry import Adapters
from services.problems import Code, Problem, Rejected, invalid, not_found
from services.search.words import indexed
from services.sending.outgoing import USUAL_PRIORITY, SendRequest

OPERATION = "sendMessage"


@dataclass(frozen=True, slots=True)
class Accepted:
    """The stored message; `repeated`: an earlier call with the same key made it, so it is not queued again."""

    message: Message
    repeated: bool = False


async def accept(work: UnitOfWork, adapters: Adapters, owner: UUID, actor: str, request: SendRequest) -> Accepted:
    """Store a message of `owner`, written by `actor`. Raises Rejected; then nothing is stored."""
    message_id = new_id()
    if request.idempotency_key is not None:
        taken = await idempotency_keys.claim(
            work.session, owner, OPERATION, request.idempotency_key, request.input_hash, message_id
        )
        if taken is not None:
            return Accepted(await _made_by(work.session, request, taken), repeated=True)
    fan, conversation = await _target(work, owner, request)
    account = await _sendable_account(work, owner, fan)
    _check_platform(_adapter(adapters, account), request, fan)
    if request.expected_last_message_id not in {None, conversation.last_message_id}:
        path = ("input", "expectedLastMessageId")
        raise Rejected(Problem(Code.CONFLICT, "Another message came or went first.", path))
    message = _message(owner, actor, request, account, conversation, message_id)
    work.session.add(message)
    await work.session.flush()
    work.emit(owner, events.message_added(message))
    if request.scheduled_at is None:
        work.emit(owner, events.conversation_updated(await conversations.put_last(work.session, message)))
    return Accepted(message)


async def made_before(session: ReadSession, owner: UUID, request: SendRequest) -> Message | None:
    """What the same request made when it came first, if it did. Raises Rejected where its key was another's."""
    if request.idempotency_key is None:
        return None
    taken = await idempotency_keys.find(session, owner, OPERATION, request.idempotency_key)
    return None if taken is None else await _made_by(session, request, taken)


async def _made_by(session: ReadSession, request: SendRequest, taken: IdempotencyKey) -> Message:
    path = ("input", "idempotencyKey")
    if taken.input_hash != request.input_hash:
        raise Rejected(Problem(Code.CONFLICT, "This key was used before, for another message.", path))
    if earlier := await messages.get(session, taken.user_id, taken.result_id):
        return earlier
    raise Rejected(Problem(Code.CONFLICT, "The message sent with this key is gone.", path))


async def _target(work: UnitOfWork, owner: UUID, request: SendRequest) -> tuple[Fan, Conversation]:
    """The living fan and her conversation, which stays locked so that its messages keep one order."""
    if request.conversation_id is not None:
        conversation = await conversations.lock(work.session, owner, request.conversation_id)
        if conversation is not None:
            fan = await fans.get(work.session, owner, conversation.fan_id)
            if fan is not None and fan.deleted_at is None:
                return fan, conversation
        raise not_found("conversation", ("input", "conversationId"))
    assert request.fan_id is not None
    fan = await fans.get(work.session, owner, request.fan_id)
    if fan is None or fan.deleted_at is not None:
        raise not_found("fan", ("input", "fanId"))
    return fan, await conversations.ensure(work.session, fan)


async def _sendable_account(work: UnitOfWork, owner: UUID, fan: Fan) -> CreatorAccount:
    account = fan.creator_account_id and await creator_accounts.get(work.session, owner, fan.creator_account_id)
    if not account or account.status == "DISCONNECTED":
        raise Rejected(Problem(Code.NOT_CONNECTED, f"No account on {fan.platform} is connected for this fan."))
    return account


def _adapter(adapters: Adapters, account: CreatorAccount) -> Adapter:
    adapter = adapters.adapter_for(account.platform)
    if adapter is None:
        raise Rejected(Problem(Code.NOT_SUPPORTED, f"Sending on {account.platform} is not supported."))
    return adapter


def _check_platform(adapter: Adapter, request: SendRequest, fan: Fan) -> None:
    """What the platform would refuse is refused here, with the field named, before anything is queued."""
    found = []
    capabilities = adapter.capabilities
    if len(request.text) > capabilities.max_text_length:
        longest = capabilities.max_text_length
        found.append(
            invalid(f"{adapter.name} takes at most {longest:,} characters.", ("input", "text"), "max_length", longest)
        )
    if problem := price_problem(capabilities, request.price_cents or None, bool(request.attachments)):
        rule, limit, message = problem
        found.append(invalid(message, ("input", "priceCents"), rule, limit))
    if fan.platform_fan_id is None and (fan.handle is None or not capabilities.lookup_by_handle):
        field = "fanId" if request.fan_id else "conversationId"
        found.append(invalid("This fan has neither a platform id nor a handle.", ("input", field), "reachable"))
    if found:
        raise Rejected(*found)


def _message(
    owner: UUID,
    actor: str,
    request: SendRequest,
    account: CreatorAccount,
    conversation: Conversation,
    message_id: UUID,
) -> Message:
    return Message(
        user_id=owner,
        id=message_id,
        conversation_id=conversation.id,
        fan_id=conversation.fan_id,
        creator_account_id=account.id,
        direction="OUT",
        origin="AI" if request.sent_by_ai else "USER",
        sent_by=actor,
        client_key=request.idempotency_key,
        text=request.text,
        price_cents=request.price_cents or None,
        attachments=[attachment(media) for media in request.attachments],
        priority=request.priority or USUAL_PRIORITY,
        scheduled_at=request.scheduled_at,
        metadata_=request.metadata,
        search=func.array_to_tsvector(indexed(owner, [request.text])),
        status="PENDING",
    )


def attachment(media: Media) -> dict[str, object]:
    """How an attachment is stored with its message."""
    return {
        "id": str(new_id()),
        "type": media.type,
        "url": media.url,
        "platformMediaId": media.platform_media_id,
        "preview": media.preview,
    }
