"""From a result to a response: what has data, what status it gets, what is hidden."""

from __future__ import annotations

import json
from typing import Any

import pytest
from graphql import GraphQLError
from sqlalchemy.exc import DBAPIError
from strawberry.schema.exceptions import CannotGetOperationTypeError
from strawberry.types import ExecutionResult
from strawberry.types.execution import PreExecutionError
from structlog.testing import capture_logs

from resolvers.masking import LONGEST_MESSAGE
from resolvers.transport import answers
from resolvers.transport.media_types import MediaType

SECRET = "password=hunter2"


class Driver(Exception):
    """As SQLAlchemy's adapter hands on an error of PostgreSQL."""

    def __init__(self, sqlstate: str) -> None:
        super().__init__(SECRET)
        self.sqlstate = sqlstate


def caused(cause: Exception, path: list[str | int] | None = None) -> GraphQLError:
    return GraphQLError(str(cause), path=path, original_error=cause)


def of_database(sqlstate: str) -> DBAPIError:
    return DBAPIError("SELECT", {}, Driver(sqlstate))


def surrogate() -> UnicodeEncodeError:
    try:
        "\ud800".encode()
    except UnicodeEncodeError as error:
        return error
    raise AssertionError


def test_data_is_there_where_execution_has_begun() -> None:
    failed = GraphQLError("no", path=["a"], extensions={"code": "NOT_FOUND"})
    expected = {"message": "no", "path": ["a"], "extensions": {"code": "NOT_FOUND"}}
    assert answers.body(ExecutionResult({"a": 1}, None)) == {"data": {"a": 1}}
    assert answers.body(ExecutionResult(None, [failed], {"cost": 1})) == {
        "data": None,
        "errors": [expected],
        "extensions": {"cost": 1},
    }


@pytest.mark.parametrize(
    "result", [PreExecutionError(None, [GraphQLError("no")]), ExecutionResult(None, [GraphQLError("no")])]
)
def test_data_is_missing_where_it_has_not(result: ExecutionResult) -> None:
    assert answers.body(result) == {"errors": [{"message": "no", "extensions": {"code": "BAD_USER_INPUT"}}]}


@pytest.mark.parametrize(
    ("answer", "media_type", "status"),
    [
        ({"data": None}, MediaType.GRAPHQL, 200),
        ({"data": {}, "errors": []}, MediaType.GRAPHQL, 200),
        ({"errors": []}, MediaType.GRAPHQL, 400),
        ({"errors": []}, MediaType.JSON, 200),
    ],
)
def test_the_status_tells_whether_it_began(answer: dict[str, Any], media_type: MediaType, status: int) -> None:
    assert answers.status(answer, media_type) == status


@pytest.mark.parametrize("cause", [surrogate(), of_database("22021"), of_database("22P05")])
def test_text_that_cannot_be_stored_is_the_clients_mistake(cause: Exception) -> None:
    with capture_logs() as logged:
        [error] = answers.shown([caused(caused(cause), path=["fans"])])
    assert error.formatted == {
        "message": "Text may hold neither NUL nor half a surrogate pair.",
        "path": ["fans"],
        "extensions": {"code": "BAD_USER_INPUT"},
    }
    assert logged == []


def test_a_message_is_clipped_and_keeps_what_it_is_about() -> None:
    """GraphQL quotes all of a client's own value."""
    whole, long = "x" * LONGEST_MESSAGE, "x" * (LONGEST_MESSAGE + 1)
    errors = [GraphQLError(text, path=["a"], extensions={"code": "NOT_FOUND"}) for text in (whole, long, long * 100)]
    shown = [error.formatted for error in answers.shown(errors)]
    assert [each["message"] for each in shown] == [whole, whole[:-1] + "…", whole[:-1] + "…"]
    assert [(each["path"], each["extensions"]) for each in shown] == [(["a"], {"code": "NOT_FOUND"})] * 3


def test_an_error_between_two_events_is_masked() -> None:
    with capture_logs() as logged:
        [error] = answers.shown([caused(RuntimeError(SECRET))])
    assert error.extensions
    assert error.extensions["code"] == "INTERNAL"
    assert "path" not in error.formatted
    assert SECRET not in error.message
    assert [entry["log_level"] for entry in logged] == ["error"]
    assert SECRET not in str(logged)


@pytest.mark.parametrize(
    ("cause", "message"),
    [
        (RecursionError("maximum recursion depth exceeded"), "The operation is nested too deeply."),
        (CannotGetOperationTypeError("A"), "no such operation"),
    ],
)
def test_what_the_client_wrote_wrong_is_told_and_not_logged(cause: Exception, message: str) -> None:
    with capture_logs() as logged:
        [error] = answers.shown([GraphQLError("no such operation", original_error=cause)])
    assert (error.message, error.extensions) == (message, {"code": "BAD_USER_INPUT"})
    assert logged == []


@pytest.mark.parametrize("text", ["plain", "naïve 東京 🏃", "\ud800", "\udfff and 🏃", "\x00"])
def test_any_text_can_be_sent(text: str) -> None:
    sent = answers.encoded({"a": text}).encode("utf-8")
    assert json.loads(sent) == {"a": text}


def test_text_that_is_none_of_these_is_sent_as_it_is() -> None:
    assert answers.encoded({"a": "東京"}) == '{"a":"東京"}'
