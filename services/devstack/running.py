"""The settings of a running embedded start, kept beside its data so that commands such as `check` find it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from services.runtime.settings import Settings

FILE = Path("run", "environment.json")
BESIDES = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")


@contextmanager
def written(folder: Path, environment: Mapping[str, str]) -> Iterator[None]:
    """Readable by its owner alone, because it holds secrets; removed when the start ends."""
    names = {field.upper() for field in Settings.model_fields} | set(BESIDES)
    path = folder / FILE
    write_private(path, {name: value for name, value in environment.items() if name in names})
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def write_private(path: Path, content: Any) -> None:
    """As JSON that only its owner may read."""
    path.unlink(missing_ok=True)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(content, file)


def read(folder: Path) -> dict[str, str]:
    """What a running start has written; empty where none runs."""
    path = folder / FILE
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else {}
