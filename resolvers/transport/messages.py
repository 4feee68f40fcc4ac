"""The shapes of `graphql-transport-ws` messages that a client may send. Pure."""

from __future__ import annotations

from resolvers.transport.parameters import Malformed, of_object

LONGEST_ID = 255


def fault_of(message: object) -> str | None:
    """What is wrong with a frame, as a reason for 4400; None where nothing is. A Malformed tells by itself."""
    if isinstance(message, Malformed):
        return str(message)
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        return "A message is an object with a type"
    match message["type"]:
        case "connection_init" | "ping" | "pong":
            return None if isinstance(message.get("payload"), dict | None) else "A payload is an object or null"
        case "subscribe":
            return _fault_of_id(message.get("id")) or _fault_of_operation(message.get("payload"))
        case "complete":
            return _fault_of_id(message.get("id"))
        case _:
            return "Unknown message type"


def _fault_of_id(value: object) -> str | None:
    known = isinstance(value, str) and 1 <= len(value) <= LONGEST_ID
    return None if known else f"An id is a text of 1 to {LONGEST_ID} characters"


def _fault_of_operation(payload: object) -> str | None:
    try:
        of_object(payload)
    except Malformed:
        return "The payload of a subscribe is an object with a query"
    return None
