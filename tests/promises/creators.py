"""Creators with their accounts, fans and waiting messages, stored directly: many of them, in a moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg

from db.models import new_id
from services.accounts.credentials import Vault
from tests.promises.stage import SECRET, Stage


@dataclass(frozen=True, slots=True)
class Creator:
    """One user with one account on the sandbox, and the conversations of her fans."""

    subject: str
    owner: UUID
    account_id: UUID
    platform_account: str
    fans: tuple[UUID, ...]
    conversations: tuple[UUID, ...]


class Creators:
    def __init__(self, stage: Stage, creators: Sequence[Creator]) -> None:
        self._stage = stage
        self.each = creators

    @classmethod
    async def make(cls, stage: Stage, number: int, fans: int = 1) -> Creators:
        """`number` creators with `fans` fans each, connected to the accounts the sandbox knows."""
        keys = stage.settings.credentials_keys
        vault = Vault(keys.get_secret_value() if keys else None)
        made = [_creator(index, fans) for index in range(number)]
        database = await asyncpg.connect(stage.settings.database_url.get_secret_value())
        async with database.transaction():
            await _insert(database, "users", [_user(each) for each in made])
            await _insert(database, "live_sequences", [{"user_id": each.owner} for each in made])
            await _insert(database, "creator_accounts", [_account(each, vault) for each in made])
            await _insert(database, "fans", [row for each in made for row in _fans(each)])
            await _insert(database, "conversations", [row for each in made for row in _conversations(each)])
        await database.execute("ANALYZE")
        await database.close()
        return cls(stage, made)

    async def queued(self, each: int, of: Sequence[Creator] = (), **values: Any) -> list[str]:
        """`each` queued messages for every creator, one fan after the other, lanes due; gives their texts."""
        of = of or self.each
        rows = [message(creator, number % len(creator.fans), **values) for number in range(each) for creator in of]
        return await self._store(rows)

    async def campaign(self, recipients: int, **values: Any) -> list[str]:
        """An active campaign of the first creator with queued messages, one fan after the other; gives their texts."""
        first = self.each[0]
        row = _campaign(first)
        return await self._store(_of_campaign(row, first, recipients, values), [row])

    async def campaigns(self, recipients: int) -> list[str]:
        """One for each creator, with so many recipients in all."""
        each, rest = divmod(recipients, len(self.each))
        pairs = [(_campaign(creator), creator, each + (place < rest)) for place, creator in enumerate(self.each)]
        rows = [row for made, creator, number in pairs for row in _of_campaign(made, creator, number, {})]
        return await self._store(rows, [made for made, _, _ in pairs])

    async def _store(self, rows: Sequence[dict[str, Any]], campaigns: Sequence[dict[str, Any]] = ()) -> list[str]:
        database = await asyncpg.connect(self._stage.settings.database_url.get_secret_value())
        async with database.transaction():
            if campaigns:
                await _insert(database, "campaigns", campaigns)
            await _insert(database, "messages", rows)
            await database.execute(
                "INSERT INTO lanes (platform, account_id, due_at) SELECT platform, account_id, clock_timestamp()"
                " FROM creator_accounts ON CONFLICT (platform, account_id) DO UPDATE SET due_at = clock_timestamp()"
            )
        await database.execute("ANALYZE")
        await database.close()
        return [str(row["text"]) for row in rows]


def message(creator: Creator, fan: int = 0, **values: Any) -> dict[str, Any]:
    """A queued message whose text is its id, by which arrivals are recognised."""
    identity = new_id()
    usual = {
        "user_id": creator.owner,
        "id": identity,
        "conversation_id": creator.conversations[fan],
        "fan_id": creator.fans[fan],
        "creator_account_id": creator.account_id,
        "direction": "OUT",
        "origin": "USER",
        "text": str(identity),
        "status": "QUEUED",
    }
    return usual | values


def _campaign(creator: Creator) -> dict[str, Any]:
    return {
        "user_id": creator.owner,
        "id": new_id(),
        "creator_account_id": creator.account_id,
        "name": "News",
        "type": "BULK_MESSAGE",
        "status": "ACTIVE",
        "content": "News",
    }


def _of_campaign(
    campaign: dict[str, Any], creator: Creator, recipients: int, values: dict[str, Any]
) -> list[dict[str, Any]]:
    of_it = {"campaign_id": campaign["id"], "origin": "CAMPAIGN"} | values
    return [message(creator, number % len(creator.fans), **of_it) for number in range(recipients)]


def _creator(index: int, fans: int) -> Creator:
    fan_ids, conversation_ids = (tuple(new_id() for _ in range(fans)) for _ in range(2))
    return Creator(f"creator-{index}", new_id(), new_id(), f"acct-{index}", fan_ids, conversation_ids)


def _user(creator: Creator) -> dict[str, Any]:
    return {"id": creator.owner, "issuer": "", "subject": creator.subject}


def _account(creator: Creator, vault: Vault) -> dict[str, Any]:
    return {
        "user_id": creator.owner,
        "id": creator.account_id,
        "platform": "SANDBOX",
        "account_id": creator.platform_account,
        "display_name": creator.subject,
        "status": "CONNECTED",
        "api_key_encrypted": vault.seal(f"key-{creator.platform_account}"),
        "webhook_secret_encrypted": vault.seal(SECRET),
        "connected_at": "now",
    }


def _fans(creator: Creator) -> list[dict[str, Any]]:
    return [
        {
            "user_id": creator.owner,
            "id": fan,
            "creator_account_id": creator.account_id,
            "platform": "SANDBOX",
            "platform_fan_id": f"{creator.platform_account}-fan-{number}",
            "name": f"Fan {number}",
        }
        for number, fan in enumerate(creator.fans)
    ]


def _conversations(creator: Creator) -> list[dict[str, Any]]:
    return [
        {
            "user_id": creator.owner,
            "id": conversation,
            "fan_id": fan,
            "creator_account_id": creator.account_id,
            "platform": "SANDBOX",
        }
        for fan, conversation in zip(creator.fans, creator.conversations, strict=True)
    ]


async def _insert(database: asyncpg.Connection, table: str, rows: Sequence[dict[str, Any]]) -> None:
    """All rows have the same columns."""
    columns = list(rows[0])
    places = ", ".join("now()" if rows[0][name] == "now" else f"${place}" for place, name in enumerate(columns, 1))
    kept = [name for name in columns if rows[0][name] != "now"]
    assert kept == columns[: len(kept)], "what is now stands last"
    await database.executemany(
        f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})",
        [tuple(row[name] for name in kept) for row in rows],
    )
