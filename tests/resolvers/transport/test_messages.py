"""Which frames are messages of graphql-transport-ws that a client may send."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolvers.transport.messages import LONGEST_ID, fault_of
from resolvers.transport.parameters import Malformed

SUBSCRIBE = {"type": "subscribe", "id": "1", "payload": {"query": "{ a }"}}


@pytest.mark.parametrize(
    "message",
    [
        {"type": "connection_init"},
        {"type": "connection_init", "payload": None},
        {"type": "connection_init", "payload": {"Authorization": 5}},
        {"type": "ping"},
        {"type": "pong", "payload": {"a": 1}},
        {"type": "complete", "id": "1"},
        SUBSCRIBE,
        SUBSCRIBE | {"id": "x" * LONGEST_ID},
        SUBSCRIBE | {"payload": {"query": "{ a }", "variables": None, "operationName": None, "extensions": None}},
        SUBSCRIBE | {"payload": {"query": "not even GraphQL"}},
    ],
)
def test_a_message(message: Any) -> None:
    assert fault_of(message) is None


@pytest.mark.parametrize(
    "message",
    [
        Malformed("This is not JSON."),
        [],
        None,
        5,
        "connection_init",
        True,
        {},
        {"type": None},
        {"type": ["subscribe"]},
        {"type": "start"},
        {"type": "connection_ack"},
        {"type": "next", "id": "1", "payload": {}},
        {"type": "connection_init", "payload": "token"},
        {"type": "connection_init", "payload": []},
        {"type": "ping", "payload": 5},
        {"type": "complete"},
        {"type": "complete", "id": 1},
        {"type": "subscribe"},
        {"type": "subscribe", "id": "1"},
        SUBSCRIBE | {"id": 1},
        SUBSCRIBE | {"id": ""},
        SUBSCRIBE | {"id": "x" * (LONGEST_ID + 1)},
        SUBSCRIBE | {"payload": "{ a }"},
        SUBSCRIBE | {"payload": {"query": None}},
        SUBSCRIBE | {"payload": {"query": "{ a }", "variables": []}},
        SUBSCRIBE | {"payload": {"query": "{ a }", "operationName": 5}},
    ],
)
def test_no_message(message: Any) -> None:
    complaint = fault_of(message)
    assert complaint
    assert len(complaint.encode()) <= 123, "it is the reason of a close frame"


VALUES = st.sampled_from(
    [None, 5, "", "1", "subscribe", "ping", "complete", "connection_init", [], ["1"], {}, {"query": "1"}]
)


@given(st.dictionaries(st.sampled_from(["type", "id", "payload"]), VALUES))
def test_any_frame_is_judged(message: dict[str, Any]) -> None:
    assert isinstance(fault_of(message), str | None)
