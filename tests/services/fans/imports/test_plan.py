"""What becomes of rows: duplicates, policies, what is ambiguous; and that it does not depend on where a chunk ends."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from db.models import new_id
from db.queries.fan_import_former_keys import FormerKey
from services.fans.fields import MAX_TAGS
from services.fans.imports.homes import Homes
from services.fans.imports.index import EMAIL, HANDLE, NAME, Index
from services.fans.imports.merging import TooManyTags, merged
from services.fans.imports.plan import BY_NAME, UNCLEAR, Plan, Planner
from services.fans.imports.rows import BadRow, Fault, Row
from services.fans.imports.sameness import Home, Known

HERE = Home("SANDBOX", UUID(int=1))
ELSEWHERE = Home("ONLYFANS", None)
HOMES: Homes = {
    (None, None): HERE, ("SANDBOX", None): HERE, ("ONLYFANS", None): ELSEWHERE,
    ("FANSLY", None): Fault("Platform", "several accounts"), (None, "second"): Home("SANDBOX", UUID(int=2)),
    (None, "unknown"): Fault("Creator Account", "no such account"),
}  # fmt: skip
NOON = datetime(2025, 11, 1, 12, tzinfo=UTC)


def row(number: int = 1, **values: Any) -> Row:
    handle = values.pop("handle", None)
    usual: dict[str, Any] = {
        "name": None, "email": None, "tags": (), "value_cents": None, "last_seen_at": None, "platform": None,
        "account": None, "assumed": (),
    }  # fmt: skip
    return Row(number=number, cells=(), handle=handle and f"@{handle}", **usual | values)


def fan(**values: Any) -> Known:
    handle = values.pop("handle", None)
    usual: dict[str, Any] = {
        "home": HERE, "name": "Robin", "email": None, "tags": (), "value_cents": 0, "last_seen_at": None,
        "deleted": False, "version": 1,
    }  # fmt: skip
    return Known(fan_id=new_id(), handle=handle and f"@{handle}", **usual | values)


def planned(rows: Sequence[Row | BadRow], *fans: Known, update: bool = False) -> Plan:
    return Planner(Index(fans), HOMES, update=update).plan(rows)


def outcome(one: Row, *fans: Known, update: bool = False) -> str:
    [found] = planned([one], *fans, update=update).outcomes.elements()
    return found


SAME: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("handle", {"handle": "robin"}, {"handle": "robin", "name": "Somebody"}),
    ("handle in any case", {"handle": "RoBin"}, {"handle": "robin"}),
    ("handle before address", {"handle": "robin", "email": "new@x.com"}, {"handle": "robin", "email": "old@x.com"}),
    ("address", {"email": "R@X.com", "name": "New"}, {"email": "r@x.com"}),
    ("address, fan with handle", {"email": "r@x.com", "name": "New"}, {"email": "r@x.com", "handle": "robin"}),
    ("address, row with handle", {"email": "r@x.com", "handle": "robin"}, {"email": "r@x.com"}),
    ("name", {"name": "ROBIN "}, {"name": "Robin"}),
    ("name, fan with more", {"name": "Robin"}, {"name": "Robin", "handle": "robin", "email": "r@x.com"}),
    ("name, row with more", {"name": "Robin", "handle": "robin", "email": "r@x.com"}, {"name": "Robin"}),
    ("name, each with another thing", {"name": "Robin", "handle": "robin"}, {"name": "Robin", "email": "r@x.com"}),
    ("accents that are encoded differently", {"name": "Zoe\u0308"}, {"name": "Zo\u00eb"}),
]
OTHERS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("another handle", {"handle": "kim", "email": "r@x.com", "name": "Robin"}, {"handle": "robin", "email": "r@x.com"}),
    ("another address", {"email": "k@x.com", "name": "Robin"}, {"email": "r@x.com"}),
    ("another name", {"name": "Kim"}, {"name": "Robin"}),
    ("another name by its accent", {"name": "Zoe"}, {"name": "Zo\u00eb"}),
    ("on another account", {"handle": "robin"}, {"handle": "robin", "home": Home("SANDBOX", UUID(int=2))}),
    ("on another platform", {"handle": "robin"}, {"handle": "robin", "home": ELSEWHERE}),
    ("no name of her own", {"handle": "robin"}, {"name": "robin"}),
]


@pytest.mark.parametrize(("given_row", "known"), [case[1:] for case in SAME], ids=[case[0] for case in SAME])
def test_the_same_fan(given_row: dict[str, Any], known: dict[str, Any]) -> None:
    assert outcome(row(**given_row), fan(**known)) == "skipped"
    changed = planned([row(tags=("new",), **given_row)], fan(**known), update=True)
    assert changed.outcomes == Counter(updated=1)
    assert [each.tags for each in changed.changed.values()] == [("new",)]


@pytest.mark.parametrize(("given_row", "known"), [case[1:] for case in OTHERS], ids=[case[0] for case in OTHERS])
def test_another_fan(given_row: dict[str, Any], known: dict[str, Any]) -> None:
    assert outcome(row(**given_row), fan(**known)) == "inserted"
    assert outcome(row(**given_row), fan(**known), update=True) == "inserted"


def test_where_only_the_name_tells_it_is_counted() -> None:
    everything = fan(name="Robin", handle="robin")
    assert planned([row(name="Robin")], everything).notes == Counter({BY_NAME: 1})
    assert planned([row(name="Robin", handle="robin")], everything).notes[BY_NAME] == 0
    assert planned([row(name="Robin")], fan(name="Robin")).notes[BY_NAME] == 0


def test_several_who_could_be_meant() -> None:
    two = (fan(email="r@x.com", handle="one"), fan(email="r@x.com", handle="two"))
    assert outcome(row(email="r@x.com", name="New"), *two) == "skipped"
    refused = planned([row(email="r@x.com", name="New")], *two, update=True)
    assert [(bad.faults[0].column, bad.number) for bad in refused.failed] == [("Email", 1)]
    names = (fan(name="Robin", handle="one"), fan(name="Robin", handle="two"))
    refused = planned([row(name="Robin")], *names, update=True)
    assert [bad.faults[0].column for bad in refused.failed] == ["Display Name"]
    assert refused.outcomes == Counter(failed=1)
    assert not refused.changed


def test_of_several_the_one_who_is_known_by_nothing_stronger() -> None:
    plain = fan(name="Robin")
    changed = planned([row(name="Robin", tags=("new",))], fan(name="Robin", handle="one"), plain, update=True)
    assert list(changed.changed) == [plain.fan_id]


def test_a_deleted_fan_comes_back_with_what_she_had() -> None:
    gone = fan(handle="robin", deleted=True, tags=("old",), value_cents=500, email="r@x.com")
    for update in (False, True):
        plan = planned([row(handle="robin", tags=("new",), value_cents=200)], gone, update=update)
        assert plan.outcomes == Counter(inserted=1)
        [back] = plan.added.values()
        assert (back.fan_id, back.deleted, back.tags, back.value_cents, back.version) == (
            gone.fan_id, False, ("old", "new"), 500, 1,
        )  # fmt: skip


def test_the_living_go_before_the_deleted() -> None:
    gone, here = fan(email="r@x.com", deleted=True), fan(email="r@x.com", handle="robin")
    assert outcome(row(email="r@x.com", name="New"), gone, here) == "skipped"


def test_several_deleted_ones_are_a_fault_under_either_policy() -> None:
    gone = (fan(email="r@x.com", deleted=True), fan(email="r@x.com", deleted=True))
    assert outcome(row(email="r@x.com", name="New"), *gone) == "failed"


def test_a_deleted_fan_with_a_handle_is_not_called_back_by_her_name() -> None:
    assert outcome(row(name="Robin"), fan(name="Robin", handle="robin", deleted=True)) == "inserted"


def test_the_same_handle_a_thousand_times_is_one_fan() -> None:
    rows = [row(number, handle="robin", name=f"Robin {number}") for number in range(1, 1001)]
    skipped = planned(rows)
    assert skipped.outcomes == Counter(inserted=1, skipped=999)
    assert [each.name for each in skipped.added.values()] == ["Robin 1"]
    updated = planned(rows, update=True)
    assert updated.outcomes == Counter(inserted=1, updated=999)
    assert [each.name for each in updated.added.values()] == ["Robin 1000"]
    assert not updated.changed


def test_rows_of_other_platforms_go_to_their_own_account_or_fail() -> None:
    plan = planned([row(1, handle="a", platform="ONLYFANS"), row(2, handle="a"), row(3, handle="a", platform="FANSLY")])
    assert sorted(each.home.platform for each in plan.added.values()) == ["ONLYFANS", "SANDBOX"]
    assert [(bad.number, bad.faults[0].column) for bad in plan.failed] == [(3, "Platform")]


def test_one_handle_on_two_accounts_is_two_fans() -> None:
    here, there = fan(handle="a"), fan(handle="a", home=Home("SANDBOX", UUID(int=2)))
    rows = [row(1, handle="a"), row(2, handle="a", account="second", name="B"), row(3, handle="a", account="unknown")]
    plan = planned(rows, here, there, update=True)
    assert plan.outcomes == Counter(skipped=1, updated=1, failed=1)
    assert [(each.fan_id, each.name) for each in plan.changed.values()] == [(there.fan_id, "B")]
    assert [(bad.number, bad.faults[0].column) for bad in plan.failed] == [(3, "Creator Account")]


def test_bad_rows_are_counted_among_the_others() -> None:
    bad = BadRow(2, ("x",), (Fault("Email", "no"),))
    plan = planned([row(1, handle="a"), bad, row(3, handle="a")])
    assert (plan.outcomes, plan.failed) == (Counter(inserted=1, skipped=1, failed=1), [bad])


# ---- what an update writes


FULL = fan(
    handle="robin", name="Robin", email="r@x.com", tags=("a",), value_cents=500, last_seen_at=NOON,
)  # fmt: skip


@pytest.mark.parametrize(
    ("given_row", "changes"),
    [
        ({}, {}),
        ({"handle": "ROBIN", "email": "R@X.COM", "name": "Robin"}, {}),
        ({"name": "Rob"}, {"name": "Rob"}),
        ({"email": "new@x.com"}, {"email": "new@x.com"}),
        ({"tags": ("b", "a")}, {"tags": ("a", "b")}),
        ({"value_cents": 700}, {"value_cents": 700}),
        ({"value_cents": 300}, {}),
        ({"value_cents": 0}, {}),
        ({"last_seen_at": NOON + timedelta(days=1)}, {"last_seen_at": NOON + timedelta(days=1)}),
        ({"last_seen_at": NOON - timedelta(days=1)}, {}),
    ],
)
def test_a_file_adds_and_never_takes_away(given_row: dict[str, Any], changes: dict[str, Any]) -> None:
    new = merged(FULL, row(**given_row))
    assert new == replace(FULL, **changes)
    assert merged(new, row(**given_row)) == new


def test_a_fan_without_handle_and_address_is_given_them() -> None:
    new = merged(fan(name="Robin"), row(handle="robin", email="r@x.com", last_seen_at=NOON))
    assert (new.handle, new.email, new.last_seen_at) == ("@robin", "r@x.com", NOON)


def test_too_many_tags_are_a_fault_and_change_nothing() -> None:
    crowded = fan(handle="robin", tags=tuple(f"t{n}" for n in range(MAX_TAGS)))
    with pytest.raises(TooManyTags):
        merged(crowded, row(tags=("one more",)))
    plan = planned([row(handle="robin", tags=("one more",))], crowded, update=True)
    assert [bad.faults[0].column for bad in plan.failed] == ["Subscription Tier"]
    assert not plan.changed


# ---- properties


WORDS = st.sampled_from(["a", "b", "c", None])
ROWS = st.builds(
    lambda handle, email, name, tag, cents: row(
        handle=handle, email=email and f"{email}@x.com", name=name if name or handle else "d",
        tags=(tag,) if tag else (), value_cents=cents,
    ),
    WORDS, WORDS, WORDS, WORDS, st.sampled_from([None, 0, 5, 9]),
)  # fmt: skip
FILES = st.lists(ROWS, max_size=12)


def carried_out(
    rows: Sequence[Row], stored: Sequence[Known], size: int, former: Sequence[FormerKey] = (), *, update: bool
) -> tuple[Plan, list[Known]]:
    """In chunks of `size`, each with an index of its own, as a worker does it; and who is there then."""
    there = {each.fan_id: each for each in stored}
    whole = Plan(former=list(former))
    for start in range(0, len(rows), size):
        index = Index(there.values(), whole.former)
        plan = Planner(index, HOMES, update=update).plan(rows[start : start + size])
        there |= {each.fan_id: replace(each, version=1) for each in (*plan.added.values(), *plan.changed.values())}
        whole.outcomes += plan.outcomes
        whole.failed += plan.failed
        whole.former += plan.former
    return whole, list(there.values())


def described(fans: Sequence[Known]) -> Counter[Known]:
    return Counter(replace(each, fan_id=UUID(int=0), version=0) for each in fans)


PEOPLE = st.lists(
    st.builds(
        lambda handle, email, name, deleted: fan(
            handle=handle, email=email and f"{email}@x.com", name=name or "d", deleted=deleted
        ),
        WORDS, WORDS, WORDS, st.booleans(),
    ),
    max_size=4,
    unique_by=lambda each: each.handle or each.fan_id,
)  # fmt: skip


AND_A_MATCH_BY_NAME = [row(name="a"), row(handle="b", name="a"), row(handle="c", name="a")]
AND_AN_ADDRESS_LATER = [
    row(handle="a", email="a@x.com", name="a"), row(handle="b", name="a"), row(handle="b", email="a@x.com", name="a"),
    row(email="b@x.com", name="a"),
]  # fmt: skip
AND_ONE_THAT_FAILED = [
    row(name="a", email="a@x.com"), row(name="a", email="b@x.com"), row(name="a", handle="c"),
    row(handle="a", email="a@x.com"), row(handle="b", email="b@x.com"),
]  # fmt: skip


@given(FILES, PEOPLE, st.integers(1, 12), st.tuples(st.booleans(), st.booleans()))
@example(AND_A_MATCH_BY_NAME, [], 2, (False, True))
@example(AND_AN_ADDRESS_LATER, [], 2, (False, True))
@example(AND_ONE_THAT_FAILED, [], 2, (True, True))
def test_counts_add_up_and_the_same_file_again_inserts_nothing(
    rows: list[Row], people: list[Known], size: int, policies: tuple[bool, bool]
) -> None:
    """Under either policy, and one after the other; however much the file contradicts itself."""
    first, there = carried_out(rows, people, size, update=policies[0])
    assert sum(first.outcomes.values()) == len(rows)
    assume(not first.failed or not any(each.deleted for each in people))

    again, still = carried_out(rows, there, size, first.former, update=policies[1])

    assert again.outcomes["inserted"] == 0
    assert sum(again.outcomes.values()) == len(rows)
    assert len(still) == len(there)


def test_a_row_that_meant_a_fan_who_has_another_username_now_is_refused() -> None:
    first, there = carried_out(AND_A_MATCH_BY_NAME, [], 12, update=False)
    assert first.outcomes == Counter(inserted=1, skipped=2)
    again, _ = carried_out(AND_A_MATCH_BY_NAME, there, 12, first.former, update=True)
    assert again.outcomes == Counter(skipped=1, updated=1, failed=1)
    assert again.failed[0].faults == (Fault("Username", UNCLEAR[HANDLE]),)


def test_what_a_row_was_taken_for_is_noted_only_where_it_says_something_else() -> None:
    robin = fan(name="Robin", email="r@x.com")
    same = [row(name="Robin"), row(email="R@x.com", name="Rob"), row(name="Robin", email="r@x.com")]
    assert planned(same, robin).former == []
    assert planned([row(handle="robin", name="Robin")], robin).former == [FormerKey(HANDLE, "robin", robin.fan_id)]
    assert planned([row(handle="robin", name="Robin")], robin, update=True).former == []


def test_a_row_with_too_many_tags_is_noted_for_whom_it_was_taken() -> None:
    crowded = fan(name="Robin", tags=tuple(f"t{n}" for n in range(MAX_TAGS)))
    plan = planned([row(handle="robin", name="Robin", tags=("one more",))], crowded, update=True)
    assert plan.outcomes == Counter(failed=1)
    assert plan.former == [FormerKey(HANDLE, "robin", crowded.fan_id)]


def test_what_the_file_once_called_her_finds_nobody_else() -> None:
    mia, key = fan(name="Maria", handle="mia"), "mia"
    called = [FormerKey(NAME, key, mia.fan_id)]

    def who(one: Row, *others: Known) -> Known | None:
        return Index([mia, *others], called).find(one, HERE)

    assert who(row(name="MIA")) == mia
    assert who(row(name="Mia", email="m@x.com")) == mia
    assert who(row(name="Mia", handle="other")) is None
    assert who(row(name="Mia"), present := fan(name="Mia", handle="m")) == present
    assert who(row(name="Mia"), fan(name="Mia", deleted=True)) == mia
    assert Index([replace(mia, deleted=True)], called).find(row(name="Mia"), HERE) is None
    assert Index([mia], called).find(row(name="Mia"), ELSEWHERE) is None
    assert Index([mia]).find(row(name="Mia"), HERE) is None


def test_what_a_row_takes_from_a_fan_is_told() -> None:
    known = fan(name="Mia", handle="mia", email="m@x.com")
    plan = planned(
        [row(handle="mia", name="MIA", email="M@x.com"), row(handle="mia", name="Maria")], known, update=True
    )
    assert plan.former == [FormerKey(NAME, "mia", known.fan_id)]
    plan = planned([row(handle="mia", email="new@x.com"), row(email="m@x.com", tags=("x",))], known, update=True)
    assert plan.former == [FormerKey(EMAIL, "m@x.com", known.fan_id), FormerKey(EMAIL, "new@x.com", known.fan_id)]
    assert plan.outcomes == Counter(updated=2)
    assert planned([row(handle="mia", name="Maria")], known).former == []


@given(FILES, st.integers(1, 5), st.booleans())
def test_where_a_chunk_ends_makes_no_difference(rows: list[Row], size: int, update: bool) -> None:
    whole, there = carried_out(rows, [], 100, update=update)
    pieces, those = carried_out(rows, [], size, update=update)
    assert (whole.outcomes, len(whole.failed)) == (pieces.outcomes, len(pieces.failed))
    assert described(there) == described(those)


@given(FILES)
def test_no_two_fans_share_a_handle(rows: list[Row]) -> None:
    _, there = carried_out(rows, [], 3, update=True)
    shared = Counter(each.handle for each in there if each.handle)
    assert max(shared.values(), default=1) == 1
