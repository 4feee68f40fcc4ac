"""How uvicorn is started for the API, wherever it is: the bounds it puts on a connection before we see a frame."""

from __future__ import annotations

from collections.abc import Mapping

UVICORN_OPTIONS: Mapping[str, str | int | float | bool] = {
    "ws": "resolvers.transport.connection:Connection",
    "ws_max_size": 1_048_576,  # bytes of a message; a larger one closes with 1009
    "ws_per_message_deflate": False,  # a compressed megabyte may unpack to a thousand
    "ws_ping_interval": 20.0,
    "ws_ping_timeout": 20.0,
    "timeout_keep_alive": 75,  # longer than a load balancer's own 60 s: who closes first may lose a request under way
}
"""As `uvicorn.Config` names them."""


def uvicorn_arguments() -> tuple[str, ...]:
    """The same for uvicorn's command line."""
    pairs = ((f"--{name.replace('_', '-')}", str(value)) for name, value in UVICORN_OPTIONS.items())
    return tuple(part for pair in pairs for part in pair)
