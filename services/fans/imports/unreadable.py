"""A file that cannot be read as a whole: nothing of it is imported."""

from __future__ import annotations


class Unreadable(Exception):
    """`rule` is a stable name, `message` a sentence for a person that quotes nothing but names of columns."""

    def __init__(self, rule: str, message: str, limit: int | None = None) -> None:
        super().__init__(message)
        self.rule = rule
        self.message = message
        self.limit = limit
