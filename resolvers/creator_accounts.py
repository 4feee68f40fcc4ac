"""Root fields of creator accounts."""

from __future__ import annotations

from typing import Annotated

import strawberry

from resolvers.payloads import answering
from schema import ids
from schema.context import CurrentInfo
from schema.creator_accounts import KIND, ConnectAccountInput, CreatorAccount, CreatorAccountPayload
from schema.permissions import SignedIn
from services.accounts.connect import ConnectRequest


@answering(CreatorAccountPayload)
async def connect_account(
    info: CurrentInfo, input: Annotated[ConnectAccountInput, strawberry.argument(description="The account.")]
) -> CreatorAccountPayload:
    request = ConnectRequest(
        platform=input.platform.name,
        account_id=input.account_id,
        display_name=input.display_name,
        api_key=input.api_key,
        webhook_secret=input.webhook_secret,
    )
    row = await info.context.resources.accounts.connect(info.context.owner, request)
    return CreatorAccountPayload(account=CreatorAccount.of(row))


@answering(CreatorAccountPayload)
async def disconnect_account(
    info: CurrentInfo, id: Annotated[strawberry.ID, strawberry.argument(description="The account.")]
) -> CreatorAccountPayload:
    row = await info.context.resources.accounts.disconnect(info.context.owner, ids.decode(KIND, id))
    return CreatorAccountPayload(account=CreatorAccount.of(row))


@strawberry.type
class CreatorAccountMutations:
    connect_account = strawberry.mutation(
        connect_account,
        permission_classes=[SignedIn],
        description="Connect a creator's account, after checking its key with the platform.",
    )
    disconnect_account = strawberry.mutation(
        disconnect_account,
        permission_classes=[SignedIn],
        description="Stop using an account. Its waiting messages are kept and wait.",
    )
