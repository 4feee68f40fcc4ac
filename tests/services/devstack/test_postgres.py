from __future__ import annotations

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from services.devstack.failure import StartFailure
from services.devstack.postgres import Postgres
from services.devstack.postgres_account import Account, current_account
from services.devstack.postgres_files import POINTER, data_folder, programs


class Outsider(Account):
    """An account to which DATA_DIR and the installed programs are closed."""

    def succeeds(self, *command: str | Path) -> bool:
        return False


@pytest.fixture
def account() -> Account:
    return current_account()


@pytest.fixture
def folder(account: Account) -> Iterator[Path]:
    """Not below pytest's own folder, which is closed to PostgreSQL's user when we are root."""
    made = Path(tempfile.mkdtemp(prefix="huntaze-test-")).resolve()
    made.chmod(0o711)
    yield made
    shutil.rmtree(made)


async def _ask(url: str, question: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(question)
    finally:
        await connection.close()


async def test_it_starts_keeps_its_tables_and_stops(folder: Path, account: Account) -> None:
    tables = folder / "it's a folder"
    server = Postgres(tables, programs(account), account)
    url = server.start()
    try:
        await _ask(url, "CREATE TABLE kept AS SELECT 42 AS answer")
        assert await _ask(url, "SHOW listen_addresses") == ""
        attached = Postgres(tables, programs(account), account)
        assert attached.start() == url
    finally:
        server.stop()
    assert not (tables / "postmaster.pid").exists()
    server.stop()
    url = server.start()
    try:
        assert await _ask(url, "SELECT answer FROM kept") == 42
    finally:
        server.stop()
    assert stat.S_IMODE(tables.stat().st_mode) == 0o700


async def test_a_folder_left_half_made_is_made_anew(folder: Path, account: Account) -> None:
    draft = folder / "postgres.draft"
    draft.mkdir()
    (draft / "PG_VERSION").write_text("18\n")
    server = Postgres(folder / "postgres", programs(account), account)
    try:
        assert await _ask(server.start(), "SELECT current_database()") == "huntaze"
    finally:
        server.stop()
    assert not draft.exists()


def test_a_failure_is_one_line_that_names_the_logs(folder: Path, account: Account) -> None:
    (folder / "postgres").mkdir()
    with pytest.raises(StartFailure, match=r"^PostgreSQL does not start: .*start\.log") as caught:
        Postgres(folder / "postgres", programs(account), account).start()
    assert "\n" not in str(caught.value)


def test_the_tables_are_in_data_dir_where_the_account_can_enter_it(folder: Path, account: Account) -> None:
    assert data_folder(folder, account, shared=folder / "shared") == folder / "postgres"
    assert not (folder / "shared").exists()


async def test_tables_and_programs_move_where_the_account_can_reach_them(folder: Path, account: Account) -> None:
    private, shared = folder / "private", folder / "shared"
    private.mkdir(mode=0o700)
    outsider = Outsider(account.uid, account.gid, switch=True)
    tables = data_folder(private, outsider, shared)
    assert tables.parent == shared
    assert data_folder(private, outsider, shared) == tables == Path((private / POINTER).read_text().strip())
    tools = programs(outsider, shared)
    assert shared in tools.parents
    server = Postgres(tables, tools, account)
    try:
        assert await _ask(server.start(), "SELECT 1") == 1
    finally:
        server.stop()
    assert stat.S_IMODE(private.stat().st_mode) == 0o700
    assert programs(outsider, shared) == tools


def test_root_hands_it_to_a_user_of_its_own(account: Account) -> None:
    assert account.run("id", "-u") == str(account.uid) != "0"
    assert account.switch == (os.geteuid() == 0)
