from __future__ import annotations

import pytest

from db.queries.wake_ups import LaneWait
from services.workers.patience import worth_waiting

NO_TIME, MUCH_TIME = 0.0, 40.0


@pytest.mark.parametrize(
    ("lanes", "most", "expected"),
    [
        ([], MUCH_TIME, None),
        ([LaneWait(0.4, None)], MUCH_TIME, 0.4),  # the queue counts in whole seconds
        ([LaneWait(-3, None)], MUCH_TIME, 0),  # in other hands at this moment
        ([LaneWait(3, None)], MUCH_TIME, None),  # a wake-up will be left
        ([LaneWait(3, 3.5)], MUCH_TIME, None),  # its wake-up comes in time
        ([LaneWait(3, 1)], MUCH_TIME, None),  # or early, and leaves another one
        ([LaneWait(3, 7.5)], MUCH_TIME, 3),  # it comes too late, and there may be no second
        ([LaneWait(-3, 7.5)], MUCH_TIME, 0),
        ([LaneWait(3, 7.5)], 2.9, None),  # not within this invocation
        ([LaneWait(0.4, None)], NO_TIME, None),
        ([LaneWait(5, 9), LaneWait(2, 9), LaneWait(1, 1)], MUCH_TIME, 2),
    ],
)
def test_what_is_waited_for(lanes: list[LaneWait], most: float, expected: float | None) -> None:
    assert worth_waiting(lanes, most) == expected
