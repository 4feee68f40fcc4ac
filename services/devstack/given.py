"""What the environment gives, as the settings read it: NAME, or the content of the file that NAME_FILE names."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from services.devstack.failure import StartFailure

DEFAULT_DATA_DIR = ".data"


def given(environ: Mapping[str, str], name: str) -> str | None:
    """The value, or None where it is missing or empty. Raises StartFailure where its file cannot be read."""
    path = environ.get(f"{name}_FILE")
    if not path:
        return environ.get(name) or None
    try:
        return Path(path).read_text(encoding="utf-8").strip() or None
    except OSError as fault:
        raise StartFailure(f"{name}_FILE: {path} cannot be read ({fault.strerror}).") from fault


def data_dir(environ: Mapping[str, str]) -> Path:
    return Path(given(environ, "DATA_DIR") or DEFAULT_DATA_DIR).absolute()


def port(environ: Mapping[str, str]) -> int:
    """Raises StartFailure where PORT is no port."""
    value = given(environ, "PORT") or "8000"
    if not value.isdecimal() or not 1 <= int(value) <= 65535:
        raise StartFailure(f"PORT={value} is no port: give a number from 1 to 65535.")
    return int(value)
