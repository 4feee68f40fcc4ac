"""An import begins from its first row again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from db.engine import WriteSession
from db.models import FanImport
from db.queries import fan_import_failures, fan_import_fans, fan_import_former_keys, fan_imports

FROM_THE_START: Mapping[str, Any] = {
    "status": "PENDING", "status_detail": None, "total_rows": None, "processed_rows": 0, "inserted": 0, "updated": 0,
    "skipped": 0, "error_count": 0, "warnings": [], "notes": {}, "position": 0, "attempts": 0, "started_at": None,
    "finished_at": None, "lease_id": None, "leased_until": None,
}  # fmt: skip


async def begin_anew(session: WriteSession, fan_import: FanImport, *, dry_run: bool) -> FanImport:
    """Without what it has counted and kept. Nothing of it may be stored yet: it has been a dry run so far."""
    owner = fan_import.user_id
    await fan_import_failures.remove(session, owner, fan_import.id)
    await fan_import_fans.remove_previews(session, owner, fan_import.id)
    await fan_import_former_keys.remove_rehearsed(session, fan_import)
    return await fan_imports.change(session, owner, fan_import.id, dry_run=dry_run, **FROM_THE_START)
