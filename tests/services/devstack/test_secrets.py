from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from services.devstack.failure import StartFailure
from services.devstack.secrets import FILE_NAME, MAKERS, ensure_secrets, read_secrets


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_secrets_are_random_long_and_only_for_their_owner(tmp_path: Path) -> None:
    made = ensure_secrets(tmp_path)
    assert sorted(made) == sorted(MAKERS)
    assert len(set(made.values())) == len(MAKERS)
    assert min(len(value) for value in made.values()) >= 32
    assert Fernet(made["CREDENTIALS_KEYS"]).decrypt(Fernet(made["CREDENTIALS_KEYS"]).encrypt(b"key")) == b"key"
    assert [path.name for path in tmp_path.iterdir()] == [FILE_NAME]
    assert _mode(tmp_path / FILE_NAME) == 0o600


def test_a_second_start_keeps_them_and_closes_a_file_that_was_opened(tmp_path: Path) -> None:
    made = ensure_secrets(tmp_path)
    (tmp_path / FILE_NAME).chmod(0o644)
    assert ensure_secrets(tmp_path) == made == read_secrets(tmp_path)
    assert _mode(tmp_path / FILE_NAME) == 0o600


def test_a_secret_of_a_later_version_is_added_and_the_others_stay(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text(json.dumps({"JWT_SECRET": "kept"}))
    made = ensure_secrets(tmp_path)
    assert made["JWT_SECRET"] == "kept"
    assert sorted(made) == sorted(MAKERS)
    assert read_secrets(tmp_path) == made


@pytest.mark.parametrize("content", ["", "[]", "{", "\x00"])
def test_a_damaged_file_is_reported_and_left_as_it_is(tmp_path: Path, content: str) -> None:
    (tmp_path / FILE_NAME).write_text(content)
    with pytest.raises(StartFailure, match="is damaged: restore it, or choose a new DATA_DIR"):
        ensure_secrets(tmp_path)
    assert (tmp_path / FILE_NAME).read_text() == content


def test_there_are_none_before_the_first_start(tmp_path: Path) -> None:
    assert read_secrets(tmp_path) == {}
    assert list(tmp_path.iterdir()) == []
