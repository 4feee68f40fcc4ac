"""Root fields of imports."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry

from db.queries import fan_imports as queries
from resolvers.account_choice import AccountIds, chosen
from resolvers.payloads import answering
from schema import ids
from schema.context import CurrentInfo
from schema.creator_accounts import Platform
from schema.errors import fault
from schema.fan_imports import KIND, DuplicatePolicy, FanImport, FanImportPayload
from schema.pagination import After, Before, Connection, First, Last, connect, window
from schema.permissions import SignedIn
from schema.uploads import Upload
from services.fans.imports.imports import Upload as Uploaded
from services.fans.imports.watching import topic

IMPORTS_A_PAGE = 50


async def fan_import(
    info: CurrentInfo, id: Annotated[strawberry.ID, strawberry.argument(description="The import.")]
) -> FanImport | None:
    row = await info.context.loaders.fan_imports.load(ids.decode(KIND, id))
    return FanImport.of(row) if row else None


async def fan_imports(
    info: CurrentInfo,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
    account_ids: AccountIds = None,
) -> Connection[FanImport]:
    owner, reads, accounts = info.context.owner, info.context.database.reads, chosen(account_ids)
    wanted = window(first, after, last, before, usual=IMPORTS_A_PAGE, kinds=(datetime, UUID))
    async with reads() as session:
        page = await queries.read_list(session, owner, accounts, wanted)

    async def count() -> int:
        async with reads() as session:
            return await queries.count(session, owner, accounts)

    return connect(page, FanImport.of, count)


@answering(FanImportPayload)
async def import_fans(
    info: CurrentInfo,
    file: Annotated[Upload, strawberry.argument(description="A CSV file of at most 10 MB.")],
    account_id: Annotated[
        strawberry.ID | None,
        strawberry.argument(
            description="Of the fans whose row names none. Needed only when the user has several on the platform."
        ),
    ] = None,
    platform: Annotated[
        Platform, strawberry.argument(description="Of the fans whose row names none.")
    ] = Platform.ONLYFANS,
    dry_run: Annotated[
        bool,
        strawberry.argument(
            description="Only count, and keep the file, to be confirmed: for 24 hours, of the newest five dry runs."
        ),
    ] = False,
    on_duplicate: Annotated[
        DuplicatePolicy, strawberry.argument(description="What becomes of fans who are there already.")
    ] = DuplicatePolicy.SKIP,
) -> FanImportPayload:
    upload = Uploaded(
        file_name=file.name,
        size=file.size,
        read=file.read,
        platform=platform.name,
        account_id=ids.decode_optional("CreatorAccount", account_id),
        dry_run=dry_run,
        on_duplicate=on_duplicate.name,
    )
    row = await info.context.resources.fan_imports.upload(info.context.owner, upload)
    return FanImportPayload(fan_import=FanImport.of(row))


@answering(FanImportPayload)
async def confirm_fan_import(
    info: CurrentInfo, id: Annotated[strawberry.ID, strawberry.argument(description="A dry run that has ended.")]
) -> FanImportPayload:
    row = await info.context.resources.fan_imports.confirm(info.context.owner, ids.decode(KIND, id))
    return FanImportPayload(fan_import=FanImport.of(row))


@answering(FanImportPayload)
async def undo_fan_import(
    info: CurrentInfo, id: Annotated[strawberry.ID, strawberry.argument(description="An import that has ended.")]
) -> FanImportPayload:
    row = await info.context.resources.fan_imports.undo(info.context.owner, ids.decode(KIND, id))
    return FanImportPayload(fan_import=FanImport.of(row))


async def fan_import_updated(
    info: CurrentInfo, id: Annotated[strawberry.ID, strawberry.argument(description="The import.")]
) -> AsyncGenerator[FanImport, None]:
    context = info.context
    async for seen in context.watches.states(topic(context.database, context.owner, ids.decode(KIND, id))):
        if seen.row is None:
            raise fault("NOT_FOUND", "There is no such import.")
        # Its errors are read anew, not as an earlier state found them.
        context.refresh()
        yield FanImport.of(seen.row)


@strawberry.type
class FanImportQueries:
    fan_import = strawberry.field(fan_import, permission_classes=[SignedIn], description="One import; null if unknown.")
    fan_imports = strawberry.field(
        fan_imports, permission_classes=[SignedIn], description="Imports, newest first, 50 a page."
    )


@strawberry.type
class FanImportMutations:
    import_fans = strawberry.mutation(
        import_fans,
        permission_classes=[SignedIn],
        description=(
            "Upload a CSV of fans. The answer comes at once; a worker does the rest, see `fanImportUpdated`. Counts as "
            "one of the user's imports, also as a dry run."
        ),
    )
    confirm_fan_import = strawberry.mutation(
        confirm_fan_import,
        permission_classes=[SignedIn],
        description="Carries out a dry run without a second upload: the same import begins anew, with `dryRun` false.",
    )
    undo_fan_import = strawberry.mutation(
        undo_fan_import,
        permission_classes=[SignedIn],
        description=(
            "Removes the fans an import added, but for those somebody has had to do with since. Changes to fans who "
            "were there before stay."
        ),
    )


@strawberry.type
class FanImportSubscriptions:
    fan_import_updated = strawberry.subscription(
        fan_import_updated,
        permission_classes=[SignedIn],
        description="The present state at once, then each change of it, at most once a second.",
    )
