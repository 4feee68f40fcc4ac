from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

from services.webhooks.pauses import FIRST, LONGEST, MOST_TRIES, pause_after


def test_pauses_grow_to_a_bound_and_end() -> None:
    pauses = [pause for tries in range(1, MOST_TRIES) if (pause := pause_after(tries))]

    assert pauses[:3] == [FIRST, 2 * FIRST, 4 * FIRST]
    assert all(later >= earlier for earlier, later in pairwise(pauses))
    assert max(pauses) == LONGEST
    assert len(pauses) == MOST_TRIES - 1
    assert timedelta(minutes=30) < sum(pauses, timedelta()) < timedelta(minutes=60)
    assert pause_after(MOST_TRIES) is None
    assert pause_after(MOST_TRIES + 5) is None
