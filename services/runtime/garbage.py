"""Python's cycle collector in a process that holds much and must not pause.

A full collection looks at every object there is: some 200 ms with a thousand open sockets, and all wait meanwhile.
"""

from __future__ import annotations

import gc

YOUNG_OBJECTS = 20_000
"""New objects until the young are looked through, which takes about 5 ms. Nearly all are freed before, uncounted."""


def settle() -> None:
    """To be called once a process is built: what it holds now stays, and is not looked at again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, 20, 20)
