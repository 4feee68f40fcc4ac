"""The demo creator of an embedded start: who she is, and who writes to her."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

DEMO_USER = "demo"
DEMO_ACCOUNT = "demo-creator"
DEMO_NAME = "Mia Demo"
REPLY_AFTER_SECONDS = 5


@dataclass(frozen=True, slots=True)
class DemoFan:
    """A fan as the sandbox platform and the fan list both know her or him. Value in cents."""

    platform_id: str
    handle: str
    name: str
    tags: tuple[str, ...]
    value_cents: int


FANS = (
    DemoFan("fan-1001", "@alex", "Alex Morgan", ("vip", "premium"), 42_500),
    DemoFan("fan-1002", "@jordan", "Jordan Lee", ("new",), 1_000),
    DemoFan("fan-1003", "@sam", "Sam Rivera", ("premium",), 18_900),
    DemoFan("fan-1004", "@taylor", "Taylor Brooks", ("vip",), 73_250),
    DemoFan("fan-1005", "@robin", "Robin Weber", (), 0),
)

# Which fan opens a conversation, and with what.
OPENINGS = ((FANS[0], "Hi! Are there new pictures this week?"), (FANS[3], "Loved your last post."))


def sandbox_account(api: str, secrets: Mapping[str, str]) -> dict[str, Any]:
    """The demo creator as the sandbox platform knows her; `api` is the base address her webhooks go to."""
    return {
        "account_id": DEMO_ACCOUNT,
        "api_key": secrets["DEMO_API_KEY"],
        "display_name": DEMO_NAME,
        "webhook_url": f"{api}/webhooks/sandbox",
        "webhook_secret": secrets["DEMO_WEBHOOK_SECRET"],
        "reply_after_seconds": REPLY_AFTER_SECONDS,
    }
