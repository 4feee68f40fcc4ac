"""Uploaded media of the sandbox: each name may be used in one message."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from uuid import uuid4

MAX_UPLOADS = 20_000
PREFIX = "ofapi_media_"


class Uploads:
    """The uploads made longest ago are forgotten first."""

    def __init__(self) -> None:
        self._unused: OrderedDict[str, None] = OrderedDict()

    def add(self) -> str:
        name = PREFIX + uuid4().hex
        self._unused[name] = None
        if len(self._unused) > MAX_UPLOADS:
            self._unused.popitem(last=False)
        return name

    def missing(self, names: Iterable[int | str]) -> bool:
        """Is there an upload among the names that was never made or is used up?"""
        return any(name not in self._unused for name in _uploads(names))

    def use(self, names: Iterable[int | str]) -> None:
        for name in _uploads(names):
            self._unused.pop(name, None)


def _uploads(names: Iterable[int | str]) -> list[str]:
    return [name for name in names if isinstance(name, str) and name.startswith(PREFIX)]
