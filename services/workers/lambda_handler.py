"""The worker as AWS Lambda functions: `lambda_handler` for the SQS event source, `timer_handler` for the schedule."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from services.workers import aws_event
from services.workers.aws_event import Context
from services.workers.container import Container
from services.workers.invocation import Invocations

CONTAINER = Container()
"""AWS keeps a container, and this module with it, for many invocations; nothing is open before the first."""


def lambda_handler(event: dict[str, Any], context: Context) -> dict[str, Any]:
    """Work on a batch of queue messages; the answer names exactly those that could not be read or worked on.

    Raises NotFromSqs for an event of another kind, and what the settings lack; then the whole batch comes again.
    """

    async def work(invocations: Invocations, remaining: Callable[[], float]) -> dict[str, Any]:
        return aws_event.answer(await invocations.records(aws_event.received(event), remaining))

    return CONTAINER.run(work, context)


def timer_handler(_event: dict[str, Any], context: Context) -> None:
    """Called once a minute: sweep, work on forgotten webhooks, send what is due."""

    async def work(invocations: Invocations, remaining: Callable[[], float]) -> None:
        await invocations.timer(remaining)

    CONTAINER.run(work, context)
