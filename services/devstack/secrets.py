"""The random secrets of an embedded start, kept in DATA_DIR for its owner's eyes only."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path

from cryptography.fernet import Fernet

from services.devstack.failure import StartFailure

FILE_NAME = "secrets.json"


def _token() -> str:
    return secrets.token_urlsafe(48)


MAKERS: Mapping[str, Callable[[], str]] = {
    "JWT_SECRET": _token,
    "CREDENTIALS_KEYS": lambda: Fernet.generate_key().decode("ascii"),
    "REDIS_AUTH_TOKEN": _token,
    "DEMO_API_KEY": _token,
    "DEMO_WEBHOOK_SECRET": _token,
}


def read_secrets(data_dir: Path) -> dict[str, str]:
    """What a former start has made; empty before the first. Raises StartFailure where the file cannot be read."""
    try:
        content = (data_dir / FILE_NAME).read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except OSError as fault:
        raise StartFailure(
            f"{data_dir / FILE_NAME} cannot be read ({fault.strerror}): choose a DATA_DIR of your own."
        ) from fault
    try:
        return {str(name): str(value) for name, value in json.loads(content).items()}
    except (ValueError, AttributeError) as fault:
        raise StartFailure(f"{data_dir / FILE_NAME} is damaged: restore it, or choose a new DATA_DIR.") from fault


def ensure_secrets(data_dir: Path) -> dict[str, str]:
    """All secrets: those that were there stay as they are, missing ones are made."""
    known = read_secrets(data_dir)
    complete = {name: known.get(name) or make() for name, make in MAKERS.items()}
    if complete != known:
        _write(data_dir / FILE_NAME, json.dumps(complete, indent=2))
    else:
        (data_dir / FILE_NAME).chmod(0o600)
    return complete


def _write(path: Path, content: str) -> None:
    draft = path.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
