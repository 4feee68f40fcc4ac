"""People who write: through the API, with a key for each message, and again where no answer came."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx

from schema import ids
from tests.flows.graphql_client import GraphQLClient
from tests.promises.creators import Creator
from tests.promises.stage import Stage

SEND = """mutation ($input: SendMessageInput!) { sendMessage(input: $input) {
  message { id status } errors { code message path } } }"""
PATIENCE_SECONDS = 150
PAUSE_SECONDS = 0.2
NOT_NOW = {"UNAVAILABLE", "TIMEOUT"}


async def write(
    stage: Stage, creator: Creator, text: str, fan: int = 0, patience: float = PATIENCE_SECONDS, **fields: Any
) -> dict[str, Any]:
    """Send `text`, which is also its key, until the API has answered: a client after a network error does the same."""
    client = stage.client(creator.subject)
    conversation = ids.encode("Conversation", creator.conversations[fan])
    given = {"conversationId": conversation, "text": text, "idempotencyKey": text} | fields
    async with asyncio.timeout(patience):
        while True:
            if (answer := await _once(client, given)) is not None:
                return answer
            await asyncio.sleep(PAUSE_SECONDS)


async def _once(client: GraphQLClient, given: dict[str, Any]) -> dict[str, Any] | None:
    """None where it is not known whether the message was accepted."""
    data = await ask(client, SEND, {"input": given})
    return None if data is None else data["sendMessage"]


async def ask(client: GraphQLClient, query: str, variables: dict[str, Any]) -> dict[str, Any] | None:
    """The data of one operation, None where no answer came or a part of the product was away."""
    try:
        answer = (await client.post(query, variables)).json()
    except (httpx.HTTPError, ValueError):
        return None
    if errors := answer.get("errors"):
        assert {error["extensions"]["code"] for error in errors} <= NOT_NOW, errors
        return None
    data: dict[str, Any] = answer["data"]
    return data
