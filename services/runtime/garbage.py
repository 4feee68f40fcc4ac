"""Python's cycle collector in a process that holds much and must not pause.

A full collection looks at every object there is: some 300 ms with a thousand open sockets, and all wait meanwhile.
"""

from __future__ import annotations

import gc

YOUNG_OBJECTS = 100_000
"""New objects, beyond those freed since, until the young are looked through; that takes up to 70 ms where all of them
live, as after a hundred new sockets. An event under way to a thousand sockets is some 20,000 objects, freed with it."""


def settle() -> None:
    """To be called once a process is built: what it holds now stays, and is not looked at again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, 20, 20)
