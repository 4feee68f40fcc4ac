"""The lines that the developer guide gives a front-end developer work as they stand."""

from __future__ import annotations

from pathlib import Path

from services.devstack.ports import free_port
from services.runtime.settings import Settings
from tests.conformance.guide import watch_inbox
from tests.conformance.node import Script, script
from tests.flows.product import running_product
from tests.resolvers.transport.api import running_api

CURSOR = "{ viewer { inboxCursor } }"


async def until_sent(client: Script) -> list[str]:
    """What is told of one message, up to its being sent; each update with its status."""
    found: list[str] = []
    while not found or found[-1] != "MessageUpdated SENT":
        event = await client.line(30)
        if event["event"].startswith("Message"):
            found.append(f"{event['event']} {event['status']}" if "status" in event else event["event"])
    return found


async def test_it_shows_a_message_and_its_steps_and_misses_nothing_in_a_restart(
    settings: Settings, tmp_path: Path
) -> None:
    """As the guide shows them: a message goes out, the API is away, and another message is taken meanwhile."""
    given = {"GUIDE": str(watch_inbox(tmp_path)), "TELL": "yes"}
    async with running_product(settings) as product:
        mia = product.client()
        await product.connect(mia)
        fan = await product.fan(mia)
        cursor = (await mia.run(CURSOR))["viewer"]["inboxCursor"]
        # The client speaks to an API of its own, which is the one that goes away.
        elsewhere = free_port()
        given |= {"URLS": f'["ws://127.0.0.1:{elsewhere}/graphql"]', "TOKEN": mia.token, "CURSOR": cursor}
        async with script("inbox_state.mjs", given) as client:
            assert (await client.line())["event"] == "begun"
            async with running_api(product.settings, port=elsewhere):
                assert (await client.line(30))["event"] == "InboxReady"
                await product.send(mia, fanId=fan)
                before = await until_sent(client)
            await product.send(mia, fanId=fan)
            async with running_api(product.settings, port=elsewhere):
                after = await until_sent(client)

    steps = ["MessageAdded", *(f"MessageUpdated {status}" for status in ("QUEUED", "SENDING", "SENT"))]
    assert before == after == steps
