"""Which fans an export holds, and in which order, as JSON can carry it. Pure; each function undoes the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from db.queries.fan_lists import FanOrder
from services.fans.filter import FanFilter

TIMES = ("seen_after", "seen_before")


def written(wanted: FanFilter, order: FanOrder, *, excel: bool) -> dict[str, Any]:
    """What is None is left out."""
    values = {name: value for name, value in asdict(wanted).items() if value is not None}
    if "account_ids" in values:
        values["account_ids"] = [str(account_id) for account_id in values["account_ids"]]
    times = {name: values[name].isoformat() for name in TIMES if name in values}
    return {"filter": values | times, "order": asdict(order), "excel": excel}


def read(contents: Mapping[str, Any]) -> tuple[FanFilter, FanOrder, bool]:
    values = dict(contents["filter"])
    values["tags"] = tuple(values["tags"])
    if "account_ids" in values:
        values["account_ids"] = tuple(UUID(account_id) for account_id in values["account_ids"])
    for name in TIMES:
        if name in values:
            values[name] = datetime.fromisoformat(values[name])
    return FanFilter(**values), FanOrder(**contents["order"]), contents["excel"]
