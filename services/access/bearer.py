"""The `Authorization` header (RFC 6750), of HTTP requests and of the websocket's `connection_init` alike."""

from __future__ import annotations


def bearer(header: str | None) -> str | None:
    """The token of an `Authorization` value, or None where it carries no bearer token."""
    scheme, _, token = (header or "").strip().partition(" ")
    token = token.lstrip(" ")
    return token if scheme.lower() == "bearer" and token and not any(map(str.isspace, token)) else None
