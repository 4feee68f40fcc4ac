"""What every table promises, read from the metadata."""

from __future__ import annotations

import pytest
from sqlalchemy import CheckConstraint, ForeignKeyConstraint, PrimaryKeyConstraint, Table, UniqueConstraint

from db.models import Base, new_id
from db.models.base import belongs_to, one_of

TABLES = sorted(Base.metadata.tables)
OWNED = [name for name in TABLES if "user_id" in Base.metadata.tables[name].c]
# The account in use is unique across owners on purpose: whoever proves its key last has it.
UNIQUE_ACROSS_OWNERS = {"uq_creator_accounts_in_use"}


def table(name: str) -> Table:
    return Base.metadata.tables[name]


def test_who_owns_nothing() -> None:
    assert set(TABLES) - set(OWNED) == {"lanes", "users", "worker_heartbeats"}


@pytest.mark.parametrize("name", OWNED)
def test_the_owner_comes_first_in_the_primary_key(name: str) -> None:
    assert next(iter(table(name).primary_key.columns)).name == "user_id"


@pytest.mark.parametrize("name", OWNED)
def test_a_row_can_only_point_to_rows_of_its_owner(name: str) -> None:
    found = [each for each in table(name).constraints if isinstance(each, ForeignKeyConstraint)]

    for key in found:
        targets = [element.target_fullname for element in key.elements]
        assert key.column_keys[0] == "user_id"
        assert targets[0] in {f"{key.referred_table.name}.user_id", "users.id"}
    assert found


@pytest.mark.parametrize("name", OWNED)
def test_what_is_unique_is_so_within_its_owner(name: str) -> None:
    keys = {each.name: each for each in table(name).constraints if isinstance(each, UniqueConstraint)}
    indexes = {each.name: each for each in table(name).indexes if each.unique and each.name not in UNIQUE_ACROSS_OWNERS}
    columns = {key: next(iter(each.columns)).name for key, each in (keys | indexes).items()}

    assert {key for key, first in columns.items() if first != "user_id"} == set()


@pytest.mark.parametrize("name", TABLES)
def test_every_constraint_and_index_has_a_name(name: str) -> None:
    kinds = (PrimaryKeyConstraint, ForeignKeyConstraint, UniqueConstraint, CheckConstraint)

    assert [each for each in table(name).constraints if isinstance(each, kinds) and not each.name] == []
    assert [each for each in table(name).indexes if not each.name] == []


@pytest.mark.parametrize("name", TABLES)
def test_times_know_their_zone(name: str) -> None:
    naive = [column.name for column in table(name).c if getattr(column.type, "timezone", True) is False]

    assert naive == []


def test_ids_follow_each_other() -> None:
    made = [new_id() for _ in range(1000)]

    assert made == sorted(made)
    assert len(set(made)) == len(made)
    assert {each.version for each in made} == {7}


def test_a_word_list_and_a_reference_as_they_are_written() -> None:
    assert str(one_of("state", ("a", "b")).sqltext) == "state IN ('a', 'b')"
    assert belongs_to("fan_id", "fans").column_keys == ["user_id", "fan_id"]
