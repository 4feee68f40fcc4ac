"""What goes wrong at start, said in one line: what is the matter, and what to do about it."""

from __future__ import annotations


class StartFailure(Exception):
    """The start cannot go on. The text is shown to a person as it is, without a traceback."""
