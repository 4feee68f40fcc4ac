"""How the built page is handed out: never redirected, never from a cache, its hashed files kept for good."""

from __future__ import annotations

from pathlib import Path

import pytest
from httpx import Response
from starlette.applications import Starlette
from starlette.testclient import TestClient

from resolvers.pages import NOT_BUILT, SECURITY_HEADERS, graphiql_routes


@pytest.fixture
def client(tmp_path: Path) -> TestClient:
    # Not an async one: these tests share a package, and so a thread, with a browser whose loop runs all the time.
    return TestClient(Starlette(routes=graphiql_routes(tmp_path / "dist")))


@pytest.fixture
def built(tmp_path: Path) -> None:
    assets = tmp_path / "dist" / "assets"
    assets.mkdir(parents=True)
    (tmp_path / "dist" / "index.html").write_text("<!doctype html><title>page</title>")
    (assets / "index-1a2b.js").write_text("export {}")
    (tmp_path / "secret.txt").write_text("not for the browser")


def _security(response: Response) -> dict[str, str | None]:
    return {name: response.headers.get(name) for name in SECURITY_HEADERS}


def test_says_how_to_build_the_page_while_it_is_missing(client: TestClient) -> None:
    page = client.get("/graphiql")
    assert (page.status_code, page.text) == (503, NOT_BUILT)
    assert page.headers["content-type"] == "text/plain; charset=utf-8"
    assert page.headers["cache-control"] == "no-store"
    assert (client.get("/graphiql/assets/index-1a2b.js")).status_code == 404


@pytest.mark.usefixtures("built")
def test_the_page_is_handed_out_fresh(client: TestClient) -> None:
    page = client.get("/graphiql")
    assert (page.status_code, page.text) == (200, "<!doctype html><title>page</title>")
    assert page.headers["cache-control"] == "no-store"
    assert _security(page) == SECURITY_HEADERS
    assert (client.head("/graphiql")).status_code == 200
    assert (client.post("/graphiql")).status_code == 405


@pytest.mark.usefixtures("built")
def test_hashed_files_are_kept_for_good(client: TestClient) -> None:
    script = client.get("/graphiql/assets/index-1a2b.js")
    assert (script.status_code, script.text) == (200, "export {}")
    assert script.headers["content-type"].startswith("text/javascript")
    assert script.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert _security(script) == SECURITY_HEADERS
    known = {"if-none-match": script.headers["etag"]}
    assert (client.get("/graphiql/assets/index-1a2b.js", headers=known)).status_code == 304


@pytest.mark.usefixtures("built")
@pytest.mark.parametrize("path", ["missing.js", "..%2findex.html", "..%2f..%2fsecret.txt", "%2fetc%2fpasswd", ""])
def test_nothing_else_is_handed_out(client: TestClient, path: str) -> None:
    assert (client.get(f"/graphiql/assets/{path}")).status_code == 404
