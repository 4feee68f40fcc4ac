"""The control addresses, for tests and demonstrations. They ask for no key: bind the sandbox to loopback."""

from __future__ import annotations

from typing import TypeVar

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from services.platforms.price import cents_of
from services.platforms.sandbox_server import wire
from services.platforms.sandbox_server.fans import SandboxFan
from services.platforms.sandbox_server.faults import Fault
from services.platforms.sandbox_server.forms import AccountForm, FaultForm, Form, InboundForm
from services.platforms.sandbox_server.platform import Draft, SandboxPlatform
from services.platforms.sandbox_server.refusals import Refusal, bounded_body

FormType = TypeVar("FormType", bound=Form)


class Control:
    """One method for each address and verb."""

    def __init__(self, platform: SandboxPlatform) -> None:
        self._platform = platform

    async def register(self, request: Request) -> Response:
        """POST /control/accounts: add an account, or replace what is known of it."""
        account = (await form_of(request, AccountForm)).account()
        if not self._platform.accounts.register(account):
            raise Refusal(409, "FULL", "The sandbox has no room for another account.")
        return JSONResponse({"account": wire.account_json(account)})

    async def break_things(self, request: Request) -> Response:
        """POST /control/faults: what the next requests meet."""
        fault = Fault(**(await form_of(request, FaultForm)).model_dump())
        if not self._platform.faults.add(fault):
            raise Refusal(409, "FULL", "Too many faults are waiting.")
        return JSONResponse({"fault": fault.kind, "count": fault.count})

    async def forecast(self, request: Request) -> Response:  # noqa: ARG002 - Starlette's signature
        """GET /control/faults: how many requests will still meet one."""
        return JSONResponse({"waiting": self._platform.faults.waiting})

    async def mend(self, request: Request) -> Response:  # noqa: ARG002 - Starlette's signature
        """DELETE /control/faults: from now on everything works."""
        self._platform.faults.clear()
        return Response(status_code=204)

    async def deliveries(self, request: Request) -> Response:
        """GET /control/deliveries: every arrival, oldest first; `?accountId=` for one account."""
        found = self._platform.arrivals.listed(request.query_params.get("accountId"))
        return JSONResponse({"count": len(found), "deliveries": [arrival.shown() for arrival in found]})

    async def forget(self, request: Request) -> Response:  # noqa: ARG002 - Starlette's signature
        """DELETE /control/deliveries: forget the arrivals, not the messages and keys."""
        self._platform.arrivals.clear()
        return Response(status_code=204)

    async def inbound(self, request: Request) -> Response:
        """POST /control/inbound: a fan writes."""
        form = await form_of(request, InboundForm)
        if not (account := self._platform.accounts.get(form.account_id)):
            raise Refusal(404, "NOT_FOUND", "There is no such account.")
        fan = self._platform.fans.introduce(SandboxFan(str(form.fan.id), form.fan.username, form.fan.name))
        draft = Draft(form.text, cents_or_refusal(form.price), tuple(form.media))
        message = self._platform.fan_writes(account, fan, draft)
        return JSONResponse({"messageId": message.id})


async def form_of(request: Request, kind: type[FormType]) -> FormType:
    """The body as this form. Raises Refusal (422) naming what is wrong."""
    try:
        return kind.model_validate_json(await bounded_body(request))
    except ValidationError as error:
        places = "; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors())
        raise Refusal(422, "INVALID", places) from None


def cents_or_refusal(price: int | str | None) -> int | None:
    try:
        return cents_of(price)
    except ValueError:
        raise Refusal(422, "INVALID", "price: not an amount of money") from None
