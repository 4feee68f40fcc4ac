"""Group ids: the account, or its hash where the queue would refuse it."""

from __future__ import annotations

import pytest

from services.sending.entry import group_id


@pytest.mark.parametrize("account", ["", "with space", "é", "x" * 129])
def test_an_account_that_is_no_group_id_goes_by_its_hash(account: str) -> None:
    assert len(group_id(account)) == 64
    assert group_id(account) == group_id(account)


def test_an_account_that_can_be_a_group_id_is_one() -> None:
    assert group_id("ONLYFANS:acct_1") == "ONLYFANS:acct_1"
