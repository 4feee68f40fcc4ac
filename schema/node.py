"""Relay object identification."""

from __future__ import annotations

import strawberry


@strawberry.interface(description="Anything with a global id.")
class Node:
    id: strawberry.ID = strawberry.field(description="Global id; opaque.")
