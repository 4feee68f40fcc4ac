"""The rule against cross-site requests: a browser must have had to ask first (CORS preflight). Pure."""

from __future__ import annotations

from collections.abc import Mapping

FORCING_HEADERS = ("authorization", "graphql-require-preflight", "x-requested-with")
"""Headers a page of another origin cannot send without a preflight."""


def forces_preflight(headers: Mapping[str, str]) -> bool:
    """Whether one of them is there. JSON needs none: its content type forces a preflight, a form's does not."""
    return any(headers.get(name) for name in FORCING_HEADERS)
