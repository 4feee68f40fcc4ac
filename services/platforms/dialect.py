"""In what two platforms that speak through the same kind of gateway differ."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from services.platforms.interface import Capabilities


@dataclass(frozen=True, slots=True)
class Dialect:
    """`amount` writes a price in cents as the gateway wants it. `uploads` says whether a message may only name ids.

    `secure_media_only`: media addresses must be https.
    """

    name: str
    capabilities: Capabilities
    amount: Callable[[int], int | str]
    uploads: bool
    secure_media_only: bool
