"""The argument `accountIds`: only what is of these accounts."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import strawberry

from resolvers.fans import refused
from schema import ids
from services import rules

MOST = 100
AccountIds = Annotated[
    list[strawberry.ID] | None,
    strawberry.argument(description="Only of these accounts, at most 100; none where the list is empty."),
]


def chosen(given: list[strawberry.ID] | None) -> tuple[UUID, ...] | None:
    """None: of all. Raises a BAD_USER_INPUT fault that names the argument."""
    for problem in rules.at_most(given or (), ("accountIds",), MOST):
        raise refused(problem)
    return ids.decode_each("CreatorAccount", given)
