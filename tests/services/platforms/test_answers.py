from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.platforms.answers import classify, unanswered
from services.platforms.interface import AccountStopped, Answer, NotSent, Refused, Sent, Unknown
from services.platforms.replies import Reply

NOW = datetime(2026, 11, 20, 12, 0, 0, tzinfo=UTC)
NOT_SENT = {"request_outcome": "not_sent"}
WAIT = {"retry-after": "7"}


def reply(status: int, body: Any = None, headers: dict[str, str] | None = None) -> Reply:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Reply(status, headers or {}, content)


TABLE: list[tuple[str, Reply, Answer]] = [
    ("a number", reply(200, {"data": {"id": 123}}), Sent("123")),
    ("a string", reply(201, {"data": {"id": "abc"}}), Sent("abc")),
    ("at the top", reply(200, {"id": 9}), Sent("9")),
    ("deeper", reply(200, {"data": {"message": {"id": 9}}}), Sent("9")),
    ("in a list", reply(200, {"data": [{"id": 9}]}), Sent("9")),
    ("truth is no id", reply(200, {"id": True}), Sent(None)),
    ("empty id", reply(200, {"id": ""}), Sent(None)),
    ("no id", reply(200, {"data": {}}), Sent(None)),
    ("no content", reply(204, b""), Sent(None)),
    ("unreadable", reply(200, b"<html>"), Sent(None)),
    ("cut", reply(200, b'{"data": {"id": 12'), Sent(None)),
    ("deeply nested", reply(200, b"[" * 200_000), Sent(None)),
    ("huge number", reply(200, b'{"id": ' + b"9" * 9_000 + b"}"), Sent(None)),
    ("not UTF-8", reply(200, b"\xff\xfe\x00"), Sent(None)),
    ("2xx not sent", reply(200, NOT_SENT), NotSent("HTTP 200")),
    ("2xx unknown", reply(202, {"request_outcome": "unknown"}), Unknown("HTTP 202")),
    ("2xx unknown with id", reply(200, {"id": 1, "request_outcome": "unknown"}), Sent("1")),
    ("500 not sent", reply(500, NOT_SENT), NotSent("HTTP 500")),
    ("502 not sent, wait", reply(502, NOT_SENT, WAIT), NotSent("HTTP 502", 7.0)),
    ("408 not sent", reply(408, NOT_SENT), NotSent("HTTP 408")),
    ("409 not sent", reply(409, {"error": NOT_SENT}), NotSent("HTTP 409")),
    ("422 not sent", reply(422, {"data": NOT_SENT}), NotSent("HTTP 422")),
    ("429", reply(429, None, WAIT), NotSent("HTTP 429", 7.0, counts=False)),
    ("429 not sent", reply(429, NOT_SENT), NotSent("HTTP 429", None, counts=False)),
    ("429 odd wait", reply(429, None, {"retry-after": "soon"}), NotSent("HTTP 429", None, counts=False)),
    ("503 wait", reply(503, None, WAIT), NotSent("HTTP 503", 7.0)),
    ("503", reply(503), Unknown("HTTP 503")),
    ("503 odd wait", reply(503, None, {"retry-after": "soon"}), Unknown("HTTP 503")),
    ("500 wait", reply(500, None, WAIT), Unknown("HTTP 500")),
    ("401", reply(401, {"message": "Bad key"}), AccountStopped("INVALID_CREDENTIALS", "HTTP 401: Bad key")),
    ("401 not sent", reply(401, NOT_SENT), AccountStopped("INVALID_CREDENTIALS", "HTTP 401")),
    ("402", reply(402, {"error": "No credits"}), AccountStopped("DEGRADED", "HTTP 402: No credits")),
    ("403", reply(403), AccountStopped("DEGRADED", "HTTP 403")),
    ("403 unknown", reply(403, {"request_outcome": "unknown"}), Unknown("HTTP 403")),
    (
        "403 session",
        reply(403, {"error": {"code": "SESSION_EXPIRED"}}),
        AccountStopped("SESSION_EXPIRED", "HTTP 403: SESSION_EXPIRED"),
    ),
    (
        "403 reconnect",
        reply(403, {"message": "Please re-authenticate this account"}),
        AccountStopped("SESSION_EXPIRED", "HTTP 403: Please re-authenticate this account"),
    ),
    ("400", reply(400, {"message": "Odd"}), Refused("HTTP 400: Odd")),
    ("404", reply(404, b"<html>"), Refused("HTTP 404")),
    ("422", reply(422, {"errors": {"price": ["too low"]}}), Refused("HTTP 422: too low")),
    ("422 unknown", reply(422, {"request_outcome": "unknown"}), Unknown("HTTP 422")),
    (
        "the key was used",
        reply(422, {"code": "IDEMPOTENCY_KEY_MISMATCH"}),
        Unknown("HTTP 422: IDEMPOTENCY_KEY_MISMATCH", may_repeat=False),
    ),
    (
        "the key was used, as a conflict",
        reply(409, {"code": "IDEMPOTENCY_KEY_MISMATCH"}),
        Unknown("HTTP 409: IDEMPOTENCY_KEY_MISMATCH", may_repeat=False),
    ),
    (
        "the key was used, not sent",
        reply(409, {"code": "IDEMPOTENCY_KEY_MISMATCH"} | NOT_SENT),
        NotSent("HTTP 409: IDEMPOTENCY_KEY_MISMATCH"),
    ),
    ("the first call is under way", reply(409, {"code": "IN_PROGRESS"}), Unknown("HTTP 409: IN_PROGRESS")),
    ("408", reply(408), Unknown("HTTP 408")),
    ("409", reply(409, {"code": "IDEMPOTENCY_CONFLICT"}), Unknown("HTTP 409: IDEMPOTENCY_CONFLICT")),
    ("500", reply(500), Unknown("HTTP 500")),
    ("502", reply(502), Unknown("HTTP 502")),
    ("504", reply(504), Unknown("HTTP 504")),
    ("520", reply(520), Unknown("HTTP 520")),
    ("redirect", reply(302, None, {"location": "https://example.com"}), Unknown("HTTP 302")),
]


@pytest.mark.parametrize(("given_reply", "answer"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_every_response_has_one_answer(given_reply: Reply, answer: Answer) -> None:
    assert classify(given_reply, NOW) == answer


@pytest.mark.parametrize(("begun", "answer"), [(False, NotSent("why")), (True, Unknown("why"))])
def test_without_a_response_only_the_unwritten_is_certain(begun: bool, answer: Answer) -> None:
    assert unanswered(begun, "why") == answer


@given(st.integers(100, 599), st.binary(max_size=200), st.dictionaries(st.just("retry-after"), st.text(max_size=20)))
def test_only_2xx_is_sent_and_nothing_raises(status: int, body: bytes, headers: dict[str, str]) -> None:
    answer = classify(Reply(status, headers, body), NOW)

    assert isinstance(answer, Sent) is (200 <= status < 300)


@pytest.mark.parametrize("status", [408, 409, 500, 502, 504, 520, 599])
@given(body=st.dictionaries(st.sampled_from(["message", "error", "code"]), st.text(max_size=50)))
def test_what_may_have_been_sent_is_never_called_certain(status: int, body: dict[str, str]) -> None:
    assert isinstance(classify(reply(status, body), NOW), Unknown)
