"""What takes tenths of a second and is the same for every test is made once for each pytest process.

Nothing that a test could see of another is shared: certificates, and how statements are put into words.
"""

from __future__ import annotations

import ssl
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any
from unittest.mock import patch

from sqlalchemy.engine import Engine

Key = tuple[Hashable, ...]


class Compiled(dict[Key, Any]):
    """Compiled statements of all engines: the first part of a key is the engine's dialect, which differs in nothing."""

    def get(self, key: Key, default: Any = None) -> Any:
        return super().get(key[1:], default)

    def __setitem__(self, key: Key, statement: Any) -> None:
        super().__setitem__(key[1:], statement)


@contextmanager
def practised() -> Iterator[None]:
    """The certificates are read once, and each statement is compiled once."""
    compiled = Compiled()
    shared = property(lambda _engine: compiled, lambda _engine, _own: None)
    with (
        patch.object(ssl, "create_default_context", cache(ssl.create_default_context)),
        patch.object(Engine, "_compiled_cache", shared, create=True),
    ):
        yield
