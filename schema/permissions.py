"""Permission checks of root fields. Every mutation and subscription names one; a test looks after that."""

from __future__ import annotations

from typing import Any

from strawberry.permission import BasePermission

from schema.context import CurrentInfo


class SignedIn(BasePermission):
    """A valid token came with the request or the socket, and has not expired since."""

    message = "Sign in first."
    error_extensions = {"code": "UNAUTHENTICATED"}  # noqa: RUF012 - strawberry reads a plain dict

    def has_permission(self, _source: Any, info: CurrentInfo, **_arguments: Any) -> bool:  # type: ignore[override]
        viewer = info.context.viewer
        return viewer is not None and viewer.principal.expires_at > info.context.resources.clock.now()
