"""From what a user writes to what is stored. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from db.models import Fan
from services.fans import handles
from services.fans.fields import cleaned
from services.fans.indexing import searchable

FOUND_BY = ("name", "handle", "email", "tags")


def stored(values: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of checked values; None clears, an amount to 0."""
    columns = dict(values)
    if "name" in columns:
        columns["name"] = columns["name"].strip()
    if "handle" in columns:
        handle = columns["handle"]
        columns["handle"] = None if handle is None else handles.normalised(handle)
        columns["handle_key"] = None if handle is None else handles.key(handle)
    if "tags" in columns:
        columns["tags"] = list(cleaned(columns["tags"] or ()))
    if "value_cents" in columns:
        columns["value_cents"] = columns["value_cents"] or 0
    return columns


def changed(fan: Fan, columns: Mapping[str, Any]) -> dict[str, Any]:
    """Those that differ from what the fan has, and her words where they follow from them."""
    found = {column: value for column, value in columns.items() if getattr(fan, column) != value}
    if not found.keys().isdisjoint(FOUND_BY):
        present = {column: found.get(column, getattr(fan, column)) for column in FOUND_BY}
        found["search"] = searchable(Fan(user_id=fan.user_id, **present))
    return found
