"""Ports of 127.0.0.1."""

from __future__ import annotations

import socket

from services.devstack.failure import StartFailure

LOOPBACK = "127.0.0.1"


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as candidate:
        candidate.bind((LOOPBACK, 0))
        port: int = candidate.getsockname()[1]
        return port


def demand_free(port: int) -> None:
    """Raises StartFailure where the port cannot be listened on."""
    with socket.socket() as candidate:
        candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            candidate.bind((LOOPBACK, port))
        except OSError as fault:
            raise StartFailure(
                f"Port {port} cannot be used ({fault.strerror}): choose another, such as PORT={port + 1}."
            ) from fault
