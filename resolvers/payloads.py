"""Mutations answer with payloads: what is expected to fail is data. Each is counted, and refused when switched off."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

from schema.context import CurrentInfo
from schema.errors import shown
from services.access.allowance import Operation
from services.problems import Code, Problem, Rejected

P = ParamSpec("P")
Payload = TypeVar("Payload")
Resolver = Callable[Concatenate[CurrentInfo, P], Awaitable[Payload]]

SWITCHED_OFF = Problem(Code.SENDING_DISABLED, "The CRM is switched off: nothing can be changed.")


def answering(empty: Callable[..., Payload]) -> Callable[[Resolver[P, Payload]], Resolver[P, Payload]]:
    """Turn a rejection into `empty(errors=[...])`, and refuse everything while ONLYFANS_CRM_ENABLED is false.

    Each mutation field takes one of the user's writes, whatever comes of it.
    """

    def decorate(resolver: Resolver[P, Payload]) -> Resolver[P, Payload]:
        @functools.wraps(resolver)
        async def resolve(info: CurrentInfo, *args: P.args, **kwargs: P.kwargs) -> Payload:
            try:
                if not info.context.resources.settings.onlyfans_crm_enabled:
                    raise Rejected(SWITCHED_OFF)
                await info.context.resources.allowances.take(info.context.owner, Operation.WRITES)
                return await resolver(info, *args, **kwargs)
            except Rejected as rejected:
                errors: Any = [shown(problem) for problem in rejected.problems]
                return empty(errors=errors)

        # strawberry hands `info` over by name, which a ParamSpec cannot say.
        return resolve  # type: ignore[return-value]

    return decorate
