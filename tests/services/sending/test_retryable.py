"""Which messages may be sent again by hand, as a table."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from db.models.messages import MESSAGE_STATUSES
from services.problems import Code
from services.sending.retryable import Surroundings, refusal
from tests.stored import LONG_AGO, account, campaign, conversation, fan, message

ME = UUID(int=1)
PATH = ("ids", "3")


def code_of(
    status: str = "FAILED",
    *,
    resend: bool = False,
    connected: str | None = "CONNECTED",
    deleted: bool = False,
    of: str | None = None,
    supported: bool = True,
) -> Code | None:
    who = fan(ME, deleted_at=LONG_AGO if deleted else None)
    around = Surroundings(
        fan=who,
        account=None if connected is None else account(ME, status=connected),
        campaign=None if of is None else campaign(account(ME), status=of),
        supported=supported,
    )
    problem = refusal(message(conversation(who), status=status), around, PATH, resend_unknown=resend)
    assert problem is None or (problem.path == PATH and problem.message)
    return None if problem is None else problem.code


@pytest.mark.parametrize("status", MESSAGE_STATUSES)
def test_only_what_failed_and_unknown_ones_by_wish(status: str) -> None:
    assert code_of(status) == (None if status == "FAILED" else Code.CONFLICT)
    assert code_of(status, resend=True) == (None if status in {"FAILED", "UNKNOWN"} else Code.CONFLICT)


CASES: list[tuple[dict[str, Any], Code | None]] = [
    ({"connected": None}, Code.NOT_CONNECTED),
    ({"connected": "DISCONNECTED"}, Code.NOT_CONNECTED),
    ({"connected": "DEGRADED"}, None),
    ({"connected": "SESSION_EXPIRED"}, None),
    ({"connected": "INVALID_CREDENTIALS"}, None),
    ({"supported": False}, Code.NOT_SUPPORTED),
    ({"deleted": True}, Code.CONFLICT),
    ({"of": "ACTIVE"}, None),
    ({"of": "PAUSED"}, None),
    ({"of": "COMPLETED"}, None),
    ({"of": "CANCELLED"}, Code.CONFLICT),
    ({"of": "DRAFT"}, Code.CONFLICT),
]


@pytest.mark.parametrize(("given", "expected"), CASES)
def test_what_is_around_it_decides_too(given: dict[str, Any], expected: Code | None) -> None:
    assert code_of(**given) == expected
