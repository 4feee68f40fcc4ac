"""What every resolver is handed: who asks, the services, and loaders that live for one operation."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from strawberry.types import Info

from db.engine import Database
from schema.loaders import Loaders
from services.access.principal import Principal
from services.live.inbox import Inbox
from services.live.watch import Watches
from services.runtime.resources import Resources


@dataclass(frozen=True, slots=True)
class Viewer:
    """The user who asks: her row's id, and what her token says."""

    owner: UUID
    principal: Principal


@dataclass(slots=True)
class Context:
    """Carries a session factory (in `resources.database`), never a session: root fields run side by side.

    `viewer` is None only on a websocket before its `connection_init`.
    """

    resources: Resources
    inbox: Inbox
    watches: Watches
    viewer: Viewer | None
    _loaders: Loaders | None = None

    @property
    def loaders(self) -> Loaders:
        """Made when they are first needed: most subscriptions never load by themselves."""
        if self._loaders is None:
            self._loaders = self.new_loaders()
        return self._loaders

    def refresh(self) -> None:
        """Forget what was loaded: what is pushed later shows objects as they are then."""
        self._loaders = None

    def new_loaders(self) -> Loaders:
        return Loaders(self.resources, self.owner)

    def with_loaders(self, loaders: Loaders) -> Context:
        """The same, for some live events: their objects may have been loaded for others who show them now."""
        return replace(self, _loaders=loaders)

    @property
    def owner(self) -> UUID:
        assert self.viewer is not None
        return self.viewer.owner

    @property
    def actor(self) -> str:
        assert self.viewer is not None
        return self.viewer.principal.actor

    @property
    def database(self) -> Database:
        return self.resources.database


CurrentInfo = Info[Context, None]
