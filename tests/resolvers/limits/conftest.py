"""The product's own schema, as the API has it."""

from __future__ import annotations

import pytest

from resolvers.quiet_schema import QuietSchema
from resolvers.root import build_schema


@pytest.fixture(scope="module")
def schema() -> QuietSchema:
    return build_schema(introspection=True)


@pytest.fixture(scope="module")
def strangers() -> QuietSchema:
    """As it is where clients may not read the schema."""
    return build_schema(introspection=False)
