"""Addresses of files."""

from __future__ import annotations

from datetime import datetime

import strawberry

from services.access.downloads import Address


@strawberry.type(
    description="A signed address that works without a header until it expires. It begins with the "
    "server's public address where the operator has set that, else with the path."
)
class DownloadUrl:
    url: str = strawberry.field(description="To be fetched with GET; whoever has it can.")
    expires_at: datetime = strawberry.field(description="When it stops working.")

    @classmethod
    def of(cls, address: Address) -> DownloadUrl:
        return cls(url=address.url, expires_at=address.expires_at)
