"""Two fans of one account never share a handle or a platform id."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import IntegrityError

from db.models import Fan
from db.queries import fans
from services.fans.fields import FIELDS
from services.problems import Code, Problem, Rejected

SENTENCES = {
    "handle": "There is a fan with this handle.",
    "platform_fan_id": "There is a fan with this platform id.",
}


def conflict(column: str) -> Rejected:
    return Rejected(Problem(Code.CONFLICT, SENTENCES[column], ("input", FIELDS[column].shown)))


def shared(one: Fan, other: Fan) -> str:
    """The column in which one fan is the same as the other, of whom that is known."""
    same_id = one.platform_fan_id is not None and one.platform_fan_id == other.platform_fan_id
    return "platform_fan_id" if same_id else "handle"


@contextmanager
def told_apart() -> Iterator[None]:
    """Somebody else may have been quicker: then the index refuses. Raises Rejected: CONFLICT."""
    try:
        yield
    except IntegrityError as error:
        column = fans.taken(error)
        if column is None:
            raise
        raise conflict(column) from None
