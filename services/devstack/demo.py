"""The demo creator of an embedded start: who she is, and who writes to her."""

from __future__ import annotations

from dataclasses import dataclass

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
