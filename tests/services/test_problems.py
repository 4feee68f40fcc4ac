from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from services.problems import Code, InvalidInput, Problem, RateLimited, Rejected, invalid, not_found


def test_an_invalid_value_names_rule_field_and_bound() -> None:
    problem = invalid("Too long.", ("input", "text"), "max_length", 5000)

    assert problem == InvalidInput(message="Too long.", path=("input", "text"), rule="max_length", limit=5000)
    assert problem.code is Code.INVALID_INPUT


def test_an_unknown_id_tells_nothing_but_where_it_stood() -> None:
    rejected = not_found("fan", ("input", "fanId"))

    assert rejected.problems == (Problem(Code.NOT_FOUND, "There is no such fan.", ("input", "fanId")),)


def test_a_rejection_carries_every_problem_and_says_so() -> None:
    limited = RateLimited(message="Slower.", limit=60, window_seconds=60, retry_after_seconds=7)
    rejected = Rejected(limited, invalid("Empty.", ("input", "name"), "required"))

    assert [problem.code for problem in rejected.problems] == [Code.RATE_LIMITED, Code.INVALID_INPUT]
    assert str(rejected) == "RATE_LIMITED: Slower.; INVALID_INPUT: Empty."
    assert (limited.limit, limited.window_seconds, limited.retry_after_seconds) == (60, 60, 7)


def test_a_problem_does_not_change() -> None:
    with pytest.raises(FrozenInstanceError):
        Problem(Code.CONFLICT, "Too late.").message = "Never mind."  # type: ignore[misc]
