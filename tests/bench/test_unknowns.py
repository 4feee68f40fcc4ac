"""The measurement behind the decision on unknown outcomes shows what the decision says."""

from __future__ import annotations

from bench.unknowns import Result, left_to_a_person, measure, ours, repeated_blindly

MESSAGES = 24


async def test_a_new_key_doubles_and_the_identical_request_does_not() -> None:
    assert (await measure(repeated_blindly, MESSAGES, seed=3)).twice > 0
    assert (await measure(ours, MESSAGES, seed=3)).twice == 0


async def test_what_is_left_to_a_person_has_often_arrived() -> None:
    found = await measure(left_to_a_person, MESSAGES, seed=3)

    assert found == Result(sent=found.sent, unknown=MESSAGES - found.sent, arrived=found.arrived, twice=0)
    assert 0 < found.arrived < found.unknown
