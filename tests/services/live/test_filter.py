from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from db.models import LiveEvent
from services.live.reading import Filter

TALK, OTHER_TALK, ACCOUNT, OTHER_ACCOUNT, CAMPAIGN = (UUID(int=number) for number in range(1, 6))

MESSAGE = {"conversation_id": TALK, "creator_account_id": ACCOUNT}
BULK = MESSAGE | {"campaign_id": CAMPAIGN}
OF_ACCOUNT = {"creator_account_id": ACCOUNT}
OF_NOBODY: dict[str, Any] = {}


@pytest.mark.parametrize(
    ("wanted", "event", "passes"),
    [
        (Filter(), MESSAGE, True),
        (Filter(), BULK, True),
        (Filter(), OF_ACCOUNT, True),
        (Filter(), OF_NOBODY, True),
        (Filter(conversation_id=TALK), MESSAGE, True),
        (Filter(conversation_id=TALK), BULK, True),
        (Filter(conversation_id=OTHER_TALK), MESSAGE, False),
        (Filter(conversation_id=TALK), OF_ACCOUNT, False),
        (Filter(conversation_id=TALK), OF_NOBODY, False),
        (Filter(account_ids=frozenset({ACCOUNT})), MESSAGE, True),
        (Filter(account_ids=frozenset({ACCOUNT, OTHER_ACCOUNT})), OF_ACCOUNT, True),
        (Filter(account_ids=frozenset({OTHER_ACCOUNT})), MESSAGE, False),
        (Filter(account_ids=frozenset({ACCOUNT})), OF_NOBODY, False),
        (Filter(account_ids=frozenset()), MESSAGE, False),
        (Filter(conversation_id=TALK, account_ids=frozenset({OTHER_ACCOUNT})), MESSAGE, False),
        (Filter(campaign_messages=False), BULK, False),
        (Filter(campaign_messages=False), MESSAGE, True),
        (Filter(campaign_messages=False), OF_NOBODY, True),
        (Filter(TALK, frozenset({ACCOUNT}), campaign_messages=False), MESSAGE, True),
        (Filter(TALK, frozenset({ACCOUNT}), campaign_messages=False), BULK, False),
    ],
)
def test_which_events_a_subscriber_gets(wanted: Filter, event: dict[str, Any], passes: bool) -> None:
    assert wanted.wants(LiveEvent(kind="message_added", **event)) is passes
