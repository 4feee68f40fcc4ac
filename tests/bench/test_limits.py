"""The simulation behind the first decision shows what the decision says."""

from __future__ import annotations

from random import Random

import pytest

from bench.limits import LONGEST_CALL, MESSAGES, arrivals, most_in_a_window, ours, token_bucket


@pytest.mark.parametrize(
    ("moments", "most"),
    [([], 0), ([5.0], 1), ([0.0, 59.9], 2), ([0.0, 60.0], 1), ([0.0, 30.0, 59.0, 61.0, 89.0], 4), ([9.0, 1.0], 2)],
)
def test_a_rolling_window_is_counted(moments: list[float], most: int) -> None:
    assert most_in_a_window(moments) == most


@pytest.mark.parametrize("seed", range(5))
def test_our_decision_keeps_the_limit_and_a_token_bucket_does_not(seed: int) -> None:
    assert most_in_a_window(list(arrivals(ours, Random(seed), LONGEST_CALL))) <= MESSAGES
    assert most_in_a_window(list(arrivals(token_bucket, Random(seed), LONGEST_CALL))) > MESSAGES
