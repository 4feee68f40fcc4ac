"""Uploads and failed rows that have been kept long enough. They hold what people are called and what they spend."""

from __future__ import annotations

from datetime import timedelta

import structlog

from db.queries import fan_import_failures, fan_imports
from db.unit_of_work import Transactions

log = structlog.get_logger(service="worker")

UPLOADS_KEPT = timedelta(hours=24)
"""Of a dry run, from its end: until then it can be confirmed."""
FAILURES_KEPT = timedelta(days=30)
BATCH = 20


async def tidy(transactions: Transactions) -> int:
    """Remove some of what is too old; gives of how many imports."""
    async with transactions() as work:
        uploads = await fan_imports.remove_old_uploads(work.session, UPLOADS_KEPT, BATCH)
        failures = await fan_import_failures.remove_old(work.session, FAILURES_KEPT, BATCH)
    if uploads or failures:
        log.info("imports_tidied", action="tidy", uploads=uploads, failures=failures)
    return uploads + failures
