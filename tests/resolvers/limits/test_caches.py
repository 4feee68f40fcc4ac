"""The caches really hit: a limit that is built anew for each request would defeat them."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import build_schema, parse
from strawberry.extensions import parser_cache
from strawberry.schema import schema as strawberrys

from resolvers.limits import bounds
from resolvers.limits.document import CACHED_DOCUMENTS, weigh
from resolvers.limits.validation import STRAWBERRYS_OWN, validate
from resolvers.quiet_schema import QuietSchema


@pytest.fixture
def caches() -> dict[str, Any]:
    """Those of the process, emptied."""
    found: dict[str, Any] = {
        "parse": parser_cache._get_parse_cache(CACHED_DOCUMENTS),
        "validate": validate,
        "weigh": weigh,
    }
    for cache in found.values():
        cache.cache_clear()
    return found


async def test_of_a_hundred_requests_99_find_their_validation(schema: QuietSchema, caches: dict[str, Any]) -> None:
    query = "query ($name: String!) { __type(name: $name) { name } }"
    for number in range(100):
        result = await schema.execute(query, {"name": f"{number}"})
        assert result.errors is None
    assert {name: cache.cache_info().misses for name, cache in caches.items()} == dict.fromkeys(caches, 1)
    assert (caches["parse"].cache_info().hits, caches["validate"].cache_info().hits) == (99, 99)


async def test_a_refusal_is_remembered_too(schema: QuietSchema, caches: dict[str, Any]) -> None:
    query = "{" + " ".join(f"only{n}: __typename" for n in range(bounds.ALIASES + 1)) + "}"
    for _ in range(10):
        result = await schema.execute(query)
        assert [error.message for error in result.errors or []] == ["The query has 51 aliases; at most 50 are allowed."]
    assert (caches["validate"].cache_info().misses, caches["validate"].cache_info().hits) == (1, 9)


async def test_the_cost_does_not_stay_with_the_document(schema: QuietSchema) -> None:
    query = 'query ($n: Int) { conversation(id: "x") { messages(first: $n) { nodes { id } } } }'
    costs = [(await schema.execute(query, {"n": n})).extensions for n in (1, 50)]
    assert [each["cost"]["requested"] for each in costs if each] == [4, 102]


def test_nothing_that_strawberry_adds_to_the_rules_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """An update of the library may add one."""
    asked: list[Any] = []
    monkeypatch.setattr(strawberrys, "validate", lambda *given: asked.append(given[2]))
    strawberrys.validate_document(build_schema("type Query { a: Int }"), parse("{ a }"), ())
    assert asked == [STRAWBERRYS_OWN]
