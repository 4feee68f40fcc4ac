"""GraphQL over HTTP: sign-in before anything is read, answers in JSON whatever happens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import structlog
from graphql import GraphQLError
from starlette.requests import Request
from starlette.types import Receive, Scope, Send
from strawberry.exceptions import MissingQueryError
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types import ExecutionResult
from strawberry.types.execution import PreExecutionError
from strawberry.types.graphql import OperationType

from resolvers.chosen_operation import NO_SUCH_OPERATION
from resolvers.quiet_schema import QuietSchema
from resolvers.transport import answers, media_types, multipart, parameters
from resolvers.transport.authentication import Authentication
from resolvers.transport.body import ClientGone, RequestBody
from resolvers.transport.bounds import Bounds
from resolvers.transport.deadline import Deadlines, TookTooLong
from resolvers.transport.kind import kind_of
from resolvers.transport.media_types import MediaType
from resolvers.transport.parameters import Malformed, Parameters
from resolvers.transport.preflight import forces_preflight
from resolvers.transport.refusal import Refused, bad_request
from resolvers.transport.reply import Reply
from schema.context import Context, Viewer

log = structlog.get_logger(service="api")

METHODS = {
    "GET": {OperationType.QUERY},
    "POST": {OperationType.QUERY, OperationType.MUTATION},
}
ALLOW = {"Allow": "GET, POST"}
PREFLIGHT = "A GET, and a form, needs an Authorization, GraphQL-Require-Preflight or X-Requested-With header."


class HttpEndpoint:
    """One request, one operation, one answer."""

    def __init__(
        self,
        schema: QuietSchema,
        authentication: Authentication,
        context_for: Callable[[Viewer], Context],
        deadlines: Deadlines,
        bounds: Bounds,
    ) -> None:
        self._schema = schema
        self._authentication = authentication
        self._context_for = context_for
        self._deadlines = deadlines
        self._bounds = bounds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        body = RequestBody(receive, request.headers)
        media_type = media_types.negotiate(", ".join(request.headers.getlist("accept")))
        try:
            reply = await self._answer(request, body, media_type)
        except Refused as refused:
            log.info("request_refused", action="request", status=refused.status, code=_code(refused.error))
            found = {"errors": [refused.error.formatted]}
            reply = Reply(refused.status, found, media_type or MediaType.JSON, refused.headers)
        except ClientGone:
            log.info("client_gone", action="request")
            return
        except Exception as error:
            found = {"errors": [answers.unexpected(error).formatted]}
            reply = Reply(500, found, media_type or MediaType.JSON)
        await reply.send(send, None if body.complete else body)

    async def _answer(self, request: Request, body: RequestBody, media_type: MediaType | None) -> Reply:
        if request.method not in METHODS:
            raise bad_request(405, "GraphQL is spoken by GET and POST.", ALLOW)
        if media_type is None:
            raise bad_request(406, f"Answers are {MediaType.GRAPHQL} or {MediaType.JSON}, in UTF-8.")
        is_form = request.method == "POST" and media_types.is_multipart(request.headers.get("content-type"))
        # JSON forces a preflight by itself; a form and a query string do not.
        if (is_form or request.method == "GET") and not forces_preflight(request.headers):
            raise bad_request(400, PREFLIGHT)
        viewer = await self._authentication.viewer(request.headers.get("authorization"))
        wanted = await (self._of_form(request, body) if is_form else self._parameters(request, body))
        try:
            result = await self._execute(request.method, wanted, viewer, body)
        except TookTooLong:
            answer: dict[str, Any] = {"errors": [answers.timed_out().formatted]}
            return Reply(200 if media_type is MediaType.JSON else 504, answer, media_type)
        await wanted.close()
        answer = answers.body(result)
        return Reply(answers.status(answer, media_type), answer, media_type)

    async def _parameters(self, request: Request, body: RequestBody) -> Parameters:
        try:
            if request.method == "GET":
                return parameters.of_query(request.query_params)
            if not media_types.is_json(request.headers.get("content-type")):
                raise bad_request(415, f"Send {MediaType.JSON} in UTF-8, or {media_types.MULTIPART} with a file.")
            _check_uncompressed(request)
            return parameters.of_body(await body.read(self._bounds.body_seconds))
        except Malformed as malformed:
            raise bad_request(400, str(malformed)) from None

    async def _of_form(self, request: Request, body: RequestBody) -> Parameters:
        _check_uncompressed(request)
        try:
            stream = body.stream(multipart.MAX_FORM_BYTES, self._bounds.upload_seconds)
            return await multipart.read(request.headers, stream)
        except Malformed as malformed:
            raise bad_request(400, str(malformed)) from None

    async def _execute(self, method: str, wanted: Parameters, viewer: Viewer, body: RequestBody) -> ExecutionResult:
        work = self._schema.execute(
            wanted.query,
            variable_values=wanted.variables,
            context_value=self._context_for(viewer),
            operation_name=wanted.operation_name,
            allowed_operation_types=METHODS[method],
            operation_extensions=wanted.extensions,
        )
        try:
            return await self._deadlines.run(
                work, lambda: kind_of(wanted.query, wanted.operation_name), body.until_gone()
            )
        except InvalidOperationTypeError as invalid:
            raise _wrong_way(invalid.operation_type) from None
        except (CannotGetOperationTypeError, MissingQueryError):
            return PreExecutionError(data=None, errors=[GraphQLError(NO_SUCH_OPERATION)])


def _check_uncompressed(request: Request) -> None:
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise bad_request(415, "Send the body uncompressed.", {"Accept-Encoding": "identity"})


def _wrong_way(kind: OperationType) -> Refused:
    if kind is OperationType.SUBSCRIPTION:
        return bad_request(400, "Subscriptions run over the websocket (graphql-transport-ws).")
    return bad_request(405, "Mutations are sent by POST.", {"Allow": "POST"})


def _code(error: GraphQLError) -> str:
    return str((error.extensions or {}).get("code"))
