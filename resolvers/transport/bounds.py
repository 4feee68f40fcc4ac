"""How much and how long the transports allow; in seconds, bytes and counts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bounds:
    """Of one process. Handed in, so that tests need not wait."""

    operation_seconds: float = 10
    """A query or mutation is answered after this, with a TIMEOUT at the latest."""
    mutation_grace_seconds: float = 30
    """A mutation nobody waits for any more may go on for so long, rather than be torn while it commits."""
    drain_seconds: float = 2
    """At shutdown such mutations are given this."""
    body_seconds: float = 20
    """The body of a request has arrived within this."""
    upload_seconds: float = 120
    """And one with a file in it, within this."""
    init_seconds: float = 10
    """A socket that has not sent `connection_init` by then closes with 4408."""
    sign_in_seconds: float = 10
    """Checking the token of a `connection_init` takes no longer."""
    ping_seconds: float = 12
    """Between two pings of ours."""
    silence_seconds: float = 25
    """A socket that has sent nothing for so long, not even a pong, is closed."""
    send_seconds: float = 10
    """A peer that does not take a frame within this is dropped."""
    operations: int = 100
    """Operations under way on one socket."""
    events_behind: int = 1000
    """A live subscription that has caught up once, and falls further behind, ends its socket."""
