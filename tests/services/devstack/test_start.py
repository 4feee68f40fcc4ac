from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from pathlib import Path

import pytest

from services.devstack.failure import StartFailure
from services.devstack.lock import PidFile
from services.devstack.ports import demand_free, free_port
from services.devstack.start import Start


async def _migrate(environ: Mapping[str, str]) -> None:
    raise AssertionError("nothing is to be migrated")


def _start(environ: Mapping[str, str]) -> Start:
    return Start(environ, _migrate, lambda _: "token", lambda _: None, lambda *_: None)


async def test_a_port_that_is_taken_ends_the_start_before_any_store_is_made(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(StartFailure, match=rf"^Port {port} cannot be used .*such as PORT={port + 1}\.$"):
            await _start({"PORT": str(port), "DATA_DIR": str(tmp_path)}).run()
    assert sorted(os.listdir(tmp_path)) == ["lock", "run", "secrets.json"]
    assert PidFile(tmp_path / "lock").holder() is None


@pytest.mark.parametrize("port", ["0", "65536", "http", "-1", "8000.0"])
def test_what_is_no_port_is_refused(port: str) -> None:
    with pytest.raises(StartFailure, match=f"PORT={port} is no port"):
        _start({"PORT": port})


async def test_a_data_dir_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StartFailure, match="choose a DATA_DIR of your own"):
        await _start({"DATA_DIR": str(tmp_path / "file" / "data")}).run()


async def test_a_data_dir_in_use_is_left_alone(tmp_path: Path) -> None:
    holder = PidFile(tmp_path / "lock")
    assert holder.acquire()
    with pytest.raises(StartFailure, match="is in use by process"):
        await _start({"DATA_DIR": str(tmp_path), "PORT": str(free_port())}).run()
    holder.release()
    assert not (tmp_path / "secrets.json").exists()


def test_a_free_port_is_free() -> None:
    demand_free(free_port())
