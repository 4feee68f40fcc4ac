"""Which subscriptions get the same bytes: those that differ in nothing but where they begin."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from graphql import parse

from resolvers.root import build_schema
from resolvers.transport.share_key import ShareKey, share_key
from resolvers.transport.shared_stream import Executor
from schema.context import Viewer
from services.access.principal import Principal

SCHEMA = build_schema(introspection=False)
MIA = Viewer(UUID(int=1), Principal("", "mia", "mia", "UTC", datetime(2027, 1, 1, tzinfo=UTC)))
QUERY = "subscription ($after: String, $talk: ID) { inboxEvents(after: $after, conversationId: $talk) { cursor } }"


def key(query: str = QUERY, viewer: Viewer = MIA, name: str | None = None, /, **variables: Any) -> ShareKey:
    executor = Executor.build(SCHEMA._schema, parse(query), None, None, variables, name, operation_extensions=None)
    assert isinstance(executor, Executor)
    return share_key(viewer, query, executor, variables)


def test_where_they_begin_does_not_matter() -> None:
    assert key(after="a", talk="x") == key(after="b", talk="x") == key(talk="x") == key(after=None, talk="x")


def test_whatever_else_they_ask_for_does() -> None:
    keys = [key(talk="x"), key(talk="y"), key(), key(talk=None), key(QUERY.replace("cursor", "occurredAt"))]
    assert len(set(keys)) == len(keys)


def test_the_order_of_variables_does_not_matter() -> None:
    both = QUERY.replace("$talk: ID", "$talk: ID, $bulk: Boolean!").replace("(after", "(campaignMessages: $bulk, after")
    assert key(both, talk="x", bulk=True) == key(both, bulk=True, talk="x") != key(both, talk="x", bulk=False)


@pytest.mark.parametrize("change", [{"actor": "assistant-7"}, {"time_zone": "Europe/Berlin"}])
def test_who_asks_does(change: dict[str, Any]) -> None:
    other = Viewer(MIA.owner, replace(MIA.principal, **change))
    assert key(QUERY, other) != key(QUERY, MIA)
    assert key(QUERY, Viewer(UUID(int=2), MIA.principal)) != key(QUERY, MIA)


def test_until_when_she_may_ask_does_not() -> None:
    later = replace(MIA.principal, expires_at=datetime(2028, 1, 1, tzinfo=UTC))
    assert key(QUERY, Viewer(MIA.owner, later)) == key(QUERY, MIA)


def test_which_operation_of_the_document_does() -> None:
    two = "subscription A { inboxEvents { cursor } } subscription B { inboxEvents { occurredAt } }"
    assert key(two, MIA, "A") != key(two, MIA, "B")


PAGE = "conversation { messages(after: $after) { totalCount } }"
OTHER_USES = [
    f"subscription ($after: String) {{ inboxEvents(after: $after) {{ ... on ConversationUpdated {{ {PAGE} }} }} }}",
    f"""subscription ($after: String) {{ inboxEvents(after: $after) {{ ...F }} }}
        fragment F on ConversationUpdated {{ {PAGE} }}""",
    f"subscription ($after: String) {{ inboxEvents {{ ... on ConversationUpdated {{ {PAGE} }} }} }}",
]


@pytest.mark.parametrize("query", OTHER_USES)
def test_a_variable_that_says_more_than_where_to_begin_does(query: str) -> None:
    assert key(query, after="a") != key(query, after="b")


def test_a_root_field_in_a_fragment_is_looked_at_no_further() -> None:
    query = (
        "subscription ($after: String) { ...F } fragment F on Subscription { inboxEvents(after: $after) { cursor } }"
    )
    assert key(query, after="a") != key(query, after="b")
