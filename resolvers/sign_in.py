"""From a token to a viewer: verify it, and find or make the user's row."""

from __future__ import annotations

from uuid import UUID

from db.engine import Database
from db.queries import live_events, users
from schema.context import Viewer
from services.access.principal import Principal
from services.access.tokens import TokenVerifier

KNOWN_USERS = 10_000


class SignIn:
    """Verifies on every call, so that an expired or rotated token ends at once; only the user's row is remembered."""

    def __init__(self, verifier: TokenVerifier, database: Database) -> None:
        self._verifier = verifier
        self._database = database
        self._owners: dict[tuple[str, str], UUID] = {}

    async def viewer(self, token: str) -> Viewer:
        """Raises InvalidToken; KeysUnavailable where the issuer's keys cannot be had."""
        principal = await self._verifier.verify(token)
        return Viewer(await self._owner(principal), principal)

    async def _owner(self, principal: Principal) -> UUID:
        name = (principal.issuer, principal.subject)
        if name not in self._owners:
            if len(self._owners) >= KNOWN_USERS:
                self._owners.clear()
            self._owners[name] = await self._find_or_make(*name)
        return self._owners[name]

    async def _find_or_make(self, issuer: str, subject: str) -> UUID:
        async with self._database.reads() as session:
            found = await users.find(session, issuer, subject)
        if found is not None:
            return found
        async with self._database.writes.begin() as writing:
            owner = await users.ensure(writing, issuer, subject)
            await live_events.ensure_sequence(writing, owner)
        return owner
