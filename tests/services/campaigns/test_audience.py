"""Who sends, and who of those named is written to."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest

from db.models import new_id
from services.campaigns.audience import Skipped, SkipReason, choose_account, gather
from services.campaigns.request import Recipient
from services.problems import Rejected
from tests.stored import account, fan

OWNER = UUID(int=1)
PATH = ("input", "accountId")
ONE, TWO = account(OWNER, "one", status="CONNECTED"), account(OWNER, "two", status="SESSION_EXPIRED")
GONE = account(OWNER, "gone", status="DISCONNECTED")


def test_the_named_account_the_only_one_or_the_one_of_all_the_fans() -> None:
    hers, his = fan(OWNER, ONE.id), fan(OWNER, TWO.id)
    assert choose_account([ONE, TWO], TWO.id, [hers], PATH) is TWO
    assert choose_account([ONE, GONE], None, [his], PATH) is ONE
    assert choose_account([ONE, TWO], None, [hers, hers], PATH) is ONE
    deleted = fan(OWNER, TWO.id, deleted_at=datetime(2026, 1, 1, tzinfo=UTC))
    assert choose_account([ONE, TWO], None, [hers, deleted], PATH) is ONE


@pytest.mark.parametrize(
    ("accounts", "named", "fans", "code"),
    [
        ([ONE], new_id(), [], "NOT_FOUND"),
        ([ONE, GONE], GONE.id, [], "NOT_CONNECTED"),
        ([GONE], None, [], "NOT_CONNECTED"),
        ([], None, [], "NOT_CONNECTED"),
        ([ONE, TWO], None, [ONE.id, TWO.id], "INVALID_INPUT"),
        ([ONE, TWO], None, [], "INVALID_INPUT"),
    ],
)
def test_where_nobody_can_tell_somebody_has_to_say(accounts, named, fans, code) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(Rejected) as rejected:
        choose_account(accounts, named, [fan(OWNER, each) for each in fans], PATH)
    assert [problem.code for problem in rejected.value.problems] == [code]


def test_each_reason_and_the_order_of_those_who_stay() -> None:
    first, second = fan(OWNER, ONE.id, platform_fan_id="1"), fan(OWNER, ONE.id, handle="@a")
    others = {
        SkipReason.DELETED: fan(OWNER, ONE.id, platform_fan_id="3", deleted_at=datetime(2026, 1, 1, tzinfo=UTC)),
        SkipReason.OTHER_ACCOUNT: fan(OWNER, TWO.id, platform_fan_id="4"),
        SkipReason.NO_PLATFORM_ID: fan(OWNER, ONE.id),
    }
    without, lost = fan(OWNER, None, platform_fan_id="5"), fan(OWNER, GONE.id, platform_fan_id="6")
    known = {each.id: each for each in (first, second, without, lost, *others.values())}
    named = [second, *others.values(), without, lost, first, second]
    recipients = [Recipient(f"r{n}", each.id) for n, each in enumerate(named)] + [Recipient("x", new_id())]
    found = gather(recipients, known, ONE, frozenset({GONE.id}), lookup_by_handle=True)
    assert found.fans == (second, first)
    assert found.skipped == (
        *(Skipped(f"r{n + 1}", each.id, reason) for n, (reason, each) in enumerate(others.items())),
        Skipped("r4", without.id, SkipReason.ACCOUNT_DISCONNECTED),
        Skipped("r5", lost.id, SkipReason.ACCOUNT_DISCONNECTED),
        Skipped("r7", second.id, SkipReason.DUPLICATE),
        Skipped("x", None, SkipReason.NOT_FOUND),
    )
    assert tuple(Skipped.read(each.stored()) for each in found.skipped) == found.skipped


def test_a_handle_is_no_address_where_the_platform_cannot_look_it_up() -> None:
    someone = fan(OWNER, ONE.id, handle="@a")
    found = gather([Recipient("r", someone.id)], {someone.id: someone}, ONE, frozenset(), lookup_by_handle=False)
    assert [each.reason for each in found.skipped] == [SkipReason.NO_PLATFORM_ID]
