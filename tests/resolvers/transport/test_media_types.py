"""Which media type a client gets, by its `Accept`; which bodies are read, by their `Content-Type`."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resolvers.transport.media_types import MediaType, is_json, negotiate

JSON, GRAPHQL = MediaType.JSON, MediaType.GRAPHQL


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, JSON),
        ("", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        ("application/json", JSON),
        ("APPLICATION/JSON", JSON),
        ("application/graphql-response+json", GRAPHQL),
        ("application/graphql-response+json; charset=utf-8, application/json; charset=utf-8", GRAPHQL),
        ("application/json, application/graphql-response+json", JSON),
        ("application/json;q=0.5, application/graphql-response+json;q=0.9", GRAPHQL),
        ("application/graphql-response+json;q=0.5, application/json", JSON),
        ("application/graphql-response+json, */*", GRAPHQL),
        ("text/html, application/xhtml+xml, */*;q=0.8", JSON),
        ("application/json;q=0, */*", GRAPHQL),
        ('application/json; charset="UTF-8"', JSON),
        ("application/json; charset=latin-1", None),
        ("application/json;q=0", None),
        ("application/json;q=nan", None),
        ("application/json;q=many", None),
        ("text/html", None),
        ("image/*, ,", None),
    ],
)
def test_the_preferred_offer_is_taken(accept: str | None, expected: MediaType | None) -> None:
    assert negotiate(accept) is expected


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.text())
def test_no_header_is_beyond_it(text: str) -> None:
    assert negotiate(text) in {None, *MediaType}
    assert is_json(text) in {True, False}


@pytest.mark.parametrize(
    ("content_type", "expected"),
    [
        ("application/json", True),
        ("Application/JSON ; Charset=UTF-8", True),
        ('application/json;charset="utf8"', True),
        ("application/json; charset=utf-16", False),
        ("application/graphql", False),
        ("application/jsonp", False),
        ("text/plain", False),
        ("multipart/form-data; boundary=x", False),
        ("application/json; x*=utf-8''y", True),
        ("", False),
        (None, False),
    ],
)
def test_only_json_in_utf8_is_read(content_type: str | None, expected: bool) -> None:
    assert is_json(content_type) is expected
