"""Requests to /graphql: methods, media types, sign-in, and the answers to each mistake."""

from __future__ import annotations

from typing import Any

import httpx

from resolvers.chosen_operation import NO_SUCH_OPERATION
from tests.resolvers.transport.api import Api
from tests.resolvers.transport.journal import calm

VIEWER = "{ viewer { __typename } }"
MUTATION = 'mutation { createFan(input: {platform: SANDBOX, name: "Kim"}) { fan { id } } }'
GRAPHQL, JSON = "application/graphql-response+json; charset=utf-8", "application/json; charset=utf-8"


def refused(answer: httpx.Response, status: int, code: str = "BAD_USER_INPUT", media_type: str = GRAPHQL) -> None:
    """It is GraphQL-shaped JSON with a code, and nothing else."""
    assert (answer.status_code, answer.headers["content-type"]) == (status, media_type)
    assert list(answer.json()) == ["errors"]
    [error] = answer.json()["errors"]
    assert error["extensions"] == {"code": code}


async def test_a_query_by_get_and_by_post(http: httpx.AsyncClient) -> None:
    named = {"query": f"query A {VIEWER} query B {{ __typename }}", "operationName": "A", "variables": "{}"}
    for answer in (await http.get("/graphql", params=named), await http.post("/graphql", json={"query": VIEWER})):
        assert (answer.status_code, answer.headers["content-type"]) == (200, GRAPHQL)
        assert answer.json() == {"data": {"viewer": {"__typename": "Viewer"}}} | _extensions(answer)
        assert answer.headers["cache-control"] == "no-store"


def _extensions(answer: httpx.Response) -> dict[str, Any]:
    """What an extension may add, such as the cost."""
    return {"extensions": answer.json()["extensions"]} if "extensions" in answer.json() else {}


async def test_failures_of_an_operation_by_media_type(http: httpx.AsyncClient) -> None:
    broken: list[dict[str, Any]] = [
        {"query": "{"},
        {"query": "{ nothingOfThatName }"},
        {"query": "query ($id: ID!) { fan(id: $id) { id } }", "variables": {"id": None}},
        {"query": "query A { __typename }", "operationName": "B"},
        {"query": "fragment A on Query { __typename }"},
        {"query": "{ a" * 5000},
    ]
    with calm():
        for body in broken:
            plain = await http.post("/graphql", json=body, headers={"Accept": "application/json"})
            assert (plain.status_code, plain.headers["content-type"]) == (200, JSON), body
            strict = await http.post("/graphql", json=body)
            assert (strict.status_code, strict.headers["content-type"]) == (400, GRAPHQL), body
            for answer in (plain, strict):
                assert "data" not in answer.json()
                assert all(error["extensions"]["code"] for error in answer.json()["errors"])


async def test_of_several_operations_none_is_chosen_for_the_client(http: httpx.AsyncClient) -> None:
    fans = {"query": "{ fans { totalCount } }"}
    read, write = "query A { __typename }", MUTATION.replace("mutation", "mutation B", 1)
    with calm():
        for query in (f"{read} {write}", f"{write} {read}", f"{read} {{ __typename }}"):
            by_post, by_get = {"query": query}, {"query": query, "operationName": ""}
            for answer in (
                await http.post("/graphql", json=by_post),
                await http.post("/graphql", json=by_post | {"operationName": None}),
                await http.get("/graphql", params=by_post),
                await http.get("/graphql", params=by_get),
            ):
                refused(answer, 400)
                assert answer.json()["errors"][0]["message"] == NO_SUCH_OPERATION
            plain = await http.post("/graphql", json=by_post, headers={"Accept": "application/json"})
            refused(plain, 200, media_type=JSON)
    assert (await http.post("/graphql", json=fans)).json()["data"]["fans"] == {"totalCount": 0}
    await http.post("/graphql", json={"query": f"{read} {write}", "operationName": "B"})
    assert (await http.post("/graphql", json=fans)).json()["data"]["fans"] == {"totalCount": 1}


async def test_mutations_and_subscriptions_go_their_own_ways(api: Api, http: httpx.AsyncClient) -> None:
    with calm():
        answer = await http.get("/graphql", params={"query": MUTATION})
        refused(answer, 405)
        assert answer.headers["allow"] == "POST"
        subscription = {"query": "subscription { inboxEvents { cursor } }"}
        refused(await http.get("/graphql", params=subscription), 400)
        refused(await http.post("/graphql", json=subscription), 400)
    done = await http.post("/graphql", json={"query": MUTATION})
    assert done.json()["data"]["createFan"]["fan"]["id"]


async def test_other_methods(http: httpx.AsyncClient) -> None:
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS"):
        answer = await http.request(method, "/graphql")
        refused(answer, 405)
        assert answer.headers["allow"] == "GET, POST"


async def test_media_types_that_are_not_spoken(http: httpx.AsyncClient) -> None:
    with calm():
        refused(
            await http.post("/graphql", json={"query": VIEWER}, headers={"Accept": "text/html"}), 406, media_type=JSON
        )
        for content_type in ("text/plain", "application/graphql", "application/json; charset=utf-16", ""):
            body = b'{"query":"{ __typename }"}'
            refused(await http.post("/graphql", content=body, headers={"Content-Type": content_type}), 415)
        refused(
            await http.post(
                "/graphql", content=b"x", headers={"Content-Type": "application/json", "Content-Encoding": "gzip"}
            ),
            415,
        )
        for content_type in ("multipart/form-data; charset=utf-16; boundary=x", "multipart/mixed; boundary=x"):
            refused(await http.post("/graphql", content=b"--x--", headers={"Content-Type": content_type}), 415)


async def test_a_stranger_is_refused_before_anything_is_read(api: Api) -> None:
    expired = {"Authorization": f"Bearer {api.token(exp=1)}"}
    async with httpx.AsyncClient(base_url=api.url, trust_env=False) as http:
        with calm():
            for headers in ({}, {"Authorization": "Basic abc"}, {"Authorization": "Bearer abc"}, expired):
                answer = await http.post("/graphql", content=b"{", headers=headers)
                refused(answer, 401, "UNAUTHENTICATED", JSON)
                assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_get_needs_a_header_that_a_foreign_page_cannot_send(api: Api) -> None:
    query = {"query": VIEWER}
    async with httpx.AsyncClient(base_url=api.url, trust_env=False) as http:
        refused(await http.get("/graphql", params=query), 400, media_type=JSON)
        for name in ("X-Requested-With", "GraphQL-Require-Preflight"):
            refused(await http.get("/graphql", params=query, headers={name: "1"}), 401, "UNAUTHENTICATED", JSON)
        signed_in = {"Authorization": f"Bearer {api.token()}"}
        assert (await http.get("/graphql", params=query, headers=signed_in)).status_code == 200


IMPOSSIBLE = ("\\ud800", "\\u0000", "\\udfff\\u0000")


async def test_impossible_text_is_unknown_or_refused_and_never_an_error_of_ours(http: httpx.AsyncClient) -> None:
    bodies = [
        '{"query": "query ($id: ID!) { fan(id: $id) { id } }", "variables": {"id": "TEXT"}}',
        '{"query": "query ($id: ID!) { node(id: $id) { id } }", "variables": {"id": "TEXT"}}',
        '{"query": "{ node(id: \\"TEXT\\") { id } }"}',
        '{"query": "{ __typename }", "operationName": "TEXT"}',
        '{"query": "{ TEXT }"}',
    ]
    with calm():
        for body in (body.replace("TEXT", text) for body in bodies for text in IMPOSSIBLE):
            answer = await http.post("/graphql", content=body, headers={"Content-Type": "application/json"})
            codes = {error["extensions"]["code"] for error in answer.json().get("errors", ())}
            assert answer.status_code in {200, 400}, body
            assert codes <= {"BAD_USER_INPUT", "NOT_FOUND"}, body
