"""Connect and disconnect creator accounts. Whoever proves an account's key has the account."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from db.models import CreatorAccount, new_id
from db.queries import clock, creator_accounts, lanes
from db.unit_of_work import Transactions, UnitOfWork
from services import rules
from services.accounts.credentials import CredentialsUnreadable, Vault
from services.live import events
from services.platforms.interface import AccountProfile, Adapter, Credentials, CredentialsRejected, PlatformUnavailable
from services.platforms.registry import Adapters
from services.problems import Code, InvalidInput, Path, Problem, Rejected, invalid, not_found

FORMER_SECRET_LIVES = timedelta(hours=24)
CONNECTED_ELSEWHERE = "Connected by another user with a valid key."
SECRET_BYTES = (8, 255)
MAX_NAME = 200


@dataclass(frozen=True, slots=True)
class ConnectRequest:
    """`api_key` is the platform's key for the account; `webhook_secret` signs what the platform sends to us."""

    platform: str
    account_id: str
    display_name: str | None
    api_key: str = field(repr=False)
    webhook_secret: str | None = field(default=None, repr=False)


def problems(request: ConnectRequest, root: Path = ("input",)) -> Iterator[InvalidInput]:
    yield from rules.text(request.account_id, (*root, "accountId"), longest=255)
    if request.display_name is not None:
        yield from rules.text(request.display_name, (*root, "displayName"), longest=MAX_NAME)
    yield from rules.text(request.api_key, (*root, "apiKey"), longest=4096)
    if not request.api_key.isascii() or any(character.isspace() for character in request.api_key):
        yield invalid("A key has no blanks and only ASCII characters.", (*root, "apiKey"), "characters")
    if request.webhook_secret is not None:
        yield from rules.text(request.webhook_secret, (*root, "webhookSecret"), longest=SECRET_BYTES[1])
        if len(request.webhook_secret) < SECRET_BYTES[0]:
            yield invalid("It is too short to be a secret.", (*root, "webhookSecret"), "min_length", SECRET_BYTES[0])


class Accounts:
    """The connections of users to platform accounts."""

    def __init__(self, transactions: Transactions, adapters: Adapters, vault: Vault) -> None:
        self._transactions = transactions
        self._adapters = adapters
        self._vault = vault

    async def connect(self, owner: UUID, request: ConnectRequest) -> CreatorAccount:
        """Check the key with the platform, then store it. Connecting again replaces key and secret.

        Raises Rejected: INVALID_INPUT for a key the platform refuses, NOT_SUPPORTED, NOT_CONNECTED where the
        platform cannot be asked.
        """
        if found := list(problems(request)):
            raise Rejected(*found)
        adapter = self._adapters.adapter_for(request.platform)
        if adapter is None:
            path = ("input", "platform")
            raise Rejected(Problem(Code.NOT_SUPPORTED, f"{request.platform} is not supported yet.", path))
        profile = await _proven(adapter, request)
        async with self._transactions() as work:
            return await self._store(work, owner, request, profile)

    async def _store(
        self, work: UnitOfWork, owner: UUID, request: ConnectRequest, profile: AccountProfile
    ) -> CreatorAccount:
        platform, account_id = request.platform, request.account_id
        await creator_accounts.in_turn(work.session, platform, account_id)
        taken = await creator_accounts.take_from_others(work.session, owner, platform, account_id, CONNECTED_ELSEWHERE)
        for former_owner, former_id in taken:
            work.emit(former_owner, events.account_updated(former_id))
        account = await creator_accounts.find(work.session, owner, platform, account_id)
        if account is None:
            account = CreatorAccount(user_id=owner, id=new_id(), platform=platform, account_id=account_id)
            work.session.add(account)
        else:
            account.version += 1
        self._write(account, request, profile, await clock.now(work.session))
        await work.session.flush()
        if len(await creator_accounts.of_owner(work.session, owner, platform)) == 1:
            await creator_accounts.adopt(work.session, owner, account)
        await lanes.mark_due(work.session, platform, account_id)
        work.emit(owner, events.account_updated(account.id))
        return account

    def _write(self, account: CreatorAccount, request: ConnectRequest, profile: AccountProfile, now: datetime) -> None:
        account.display_name = request.display_name or profile.display_name[:MAX_NAME]
        account.avatar = profile.avatar
        account.status, account.status_detail = "CONNECTED", None
        account.connected_at = now
        account.api_key_encrypted = self._vault.seal(request.api_key)
        if request.webhook_secret is not None and request.webhook_secret != self._present_secret(account):
            account.former_webhook_secret_encrypted = account.webhook_secret_encrypted
            account.former_webhook_secret_until = now + FORMER_SECRET_LIVES
            account.webhook_secret_encrypted = self._vault.seal(request.webhook_secret)

    def _present_secret(self, account: CreatorAccount) -> str | None:
        """Given again it is no change, and the former one keeps its day."""
        try:
            sealed = account.webhook_secret_encrypted
            return None if sealed is None else self._vault.open(sealed)
        except CredentialsUnreadable:
            return None

    async def disconnect(self, owner: UUID, account_id: UUID) -> CreatorAccount:
        """Stop using an account. Its waiting messages are kept, and wait for it to be connected again."""
        async with self._transactions() as work:
            await creator_accounts.hold(work.session, owner, account_id)
            account = await creator_accounts.get(work.session, owner, account_id)
            if account is None:
                raise not_found("account", ("id",))
            if account.status != "DISCONNECTED":
                account.status, account.status_detail = "DISCONNECTED", None
                account.version += 1
                await work.session.flush()
                work.emit(owner, events.account_updated(account.id))
            return account


async def _proven(adapter: Adapter, request: ConnectRequest) -> AccountProfile:
    """Ask the platform whether the key opens the account."""
    try:
        return await adapter.check_account(Credentials(request.account_id, request.api_key))
    except CredentialsRejected as rejected:
        raise Rejected(
            invalid(f"The platform refuses it: {rejected.reason}", ("input", "apiKey"), "accepted")
        ) from None
    except PlatformUnavailable:
        message = f"{request.platform} cannot be asked at the moment; try again."
        raise Rejected(Problem(Code.NOT_CONNECTED, message)) from None
