"""What every resolver is handed: who asks, the services, and loaders that live for one operation."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from strawberry.types import Info

from db.engine import Database
from schema.loaders import Loaders
from services.access.principal import Principal
from services.live.inbox import Inbox
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
    viewer: Viewer | None
    loaders: Loaders = field(init=False)

    def __post_init__(self) -> None:
        self.refresh()

    def refresh(self) -> None:
        """Forget what was loaded: each live event reads its objects as they are now."""
        if self.viewer is not None:
            self.loaders = Loaders(self.resources, self.viewer.owner)

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
