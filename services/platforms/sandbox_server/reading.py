"""The addresses of the gateway that send nothing: accounts, users, messages of a chat, uploads."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from services.platforms.sandbox_server import drafts, wire
from services.platforms.sandbox_server.doors import behind_key, opened
from services.platforms.sandbox_server.platform import SandboxPlatform
from services.platforms.sandbox_server.refusals import Refusal, bounded_body

MAX_PAGE = 100
USUAL_PAGE = 10


class Reading:
    """Each address meets the faults meant for it."""

    def __init__(self, platform: SandboxPlatform) -> None:
        self._platform = platform

    async def accounts(self, request: Request) -> Response:
        return await self._platform.faults.around(request, "accounts", lambda: self._accounts(request))

    async def user(self, request: Request) -> Response:
        return await self._platform.faults.around(request, "lookup", lambda: self._user(request))

    async def messages(self, request: Request) -> Response:
        return await self._platform.faults.around(request, "list", lambda: self._messages(request))

    async def upload(self, request: Request) -> Response:
        return await self._platform.faults.around(request, "upload", lambda: self._upload(request))

    async def _accounts(self, request: Request) -> Response:
        return JSONResponse([wire.account_json(account) for account in behind_key(request, self._platform.accounts)])

    async def _user(self, request: Request) -> Response:
        opened(request, self._platform.accounts)
        if not (fan := self._platform.fans.called(request.path_params["username"])):
            raise Refusal(404, "NOT_FOUND", "There is no such user.")
        return JSONResponse({"data": wire.fan_json(fan)})

    async def _messages(self, request: Request) -> Response:
        account, chat_id = opened(request, self._platform.accounts), request.path_params["chat"]
        limit = min(max(_number(request, "limit") or USUAL_PAGE, 1), MAX_PAGE)
        found = self._platform.chats.newest(account.account_id, chat_id, limit, _number(request, "id"))
        fan = self._platform.fans.get(chat_id)
        following = str(request.url.include_query_params(id=found[-1].id)) if len(found) == limit else None
        return JSONResponse(
            {
                "data": [wire.message_json(message, fan) for message in found],
                "_pagination": {"next_page": following},
            }
        )

    async def _upload(self, request: Request) -> Response:
        opened(request, self._platform.accounts)
        body = drafts.document(await bounded_body(request))
        address = body.get("file_url") if isinstance(body, dict) else None
        if not isinstance(address, str) or not address.startswith("https://"):
            raise Refusal(422, "INVALID", "file_url must be an https address.")
        # Nothing is fetched: a sandbox that follows addresses would be a way into somebody's network.
        return JSONResponse({"prefixed_id": self._platform.uploads.add(), "file_name": address.rsplit("/", 1)[-1]})


def _number(request: Request, name: str) -> int | None:
    value = request.query_params.get(name, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 20 else None
