from __future__ import annotations

import pytest

from services.workers.deadline import Deadline


@pytest.mark.parametrize(
    ("remaining", "may_claim", "too_late_to_send", "may_work"),
    [
        (60, True, False, True),
        (20.1, True, False, True),
        (19.9, False, False, True),  # what was claimed before may still leave
        (18.0, False, False, True),
        (17.9, False, True, True),  # 2 s to write it, 10 s for the answer, 3 s to store it, 3 s to leave
        (3.1, False, True, True),
        (2.9, False, True, False),
        (0, False, True, False),
    ],
)
def test_what_may_still_be_begun(remaining: float, may_claim: bool, too_late_to_send: bool, may_work: bool) -> None:
    deadline = Deadline(10)
    deadline.begin(lambda: remaining)
    assert deadline.seconds_to_claim > 0 if may_claim else deadline.seconds_to_claim <= 0
    assert deadline.too_late_to_send() is too_late_to_send
    assert (deadline.seconds_to_work > 0) is may_work


def test_outside_of_an_invocation_nothing_may_be_begun() -> None:
    deadline = Deadline(10)
    assert deadline.too_late_to_send()
    deadline.begin(lambda: 60)
    deadline.end()
    assert deadline.seconds_to_claim < 0
    assert deadline.too_late_to_send()
