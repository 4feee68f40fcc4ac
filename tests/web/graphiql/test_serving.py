"""How the built page is handed out: never redirected, never from a cache, its hashed files kept for good."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from resolvers.pages import NOT_BUILT, SECURITY_HEADERS, graphiql_routes


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(Starlette(routes=graphiql_routes(tmp_path / "dist")))
    async with httpx.AsyncClient(transport=transport, base_url="http://api.test") as client:
        yield client


@pytest.fixture
def built(tmp_path: Path) -> None:
    assets = tmp_path / "dist" / "assets"
    assets.mkdir(parents=True)
    (tmp_path / "dist" / "index.html").write_text("<!doctype html><title>page</title>")
    (assets / "index-1a2b.js").write_text("export {}")
    (tmp_path / "secret.txt").write_text("not for the browser")


def _security(response: httpx.Response) -> dict[str, str | None]:
    return {name: response.headers.get(name) for name in SECURITY_HEADERS}


async def test_says_how_to_build_the_page_while_it_is_missing(client: httpx.AsyncClient) -> None:
    page = await client.get("/graphiql")
    assert (page.status_code, page.text) == (503, NOT_BUILT)
    assert page.headers["content-type"] == "text/plain; charset=utf-8"
    assert page.headers["cache-control"] == "no-store"
    assert (await client.get("/graphiql/assets/index-1a2b.js")).status_code == 404


@pytest.mark.usefixtures("built")
async def test_the_page_is_handed_out_fresh(client: httpx.AsyncClient) -> None:
    page = await client.get("/graphiql")
    assert (page.status_code, page.text) == (200, "<!doctype html><title>page</title>")
    assert page.headers["cache-control"] == "no-store"
    assert _security(page) == SECURITY_HEADERS
    assert (await client.head("/graphiql")).status_code == 200
    assert (await client.post("/graphiql")).status_code == 405


@pytest.mark.usefixtures("built")
async def test_hashed_files_are_kept_for_good(client: httpx.AsyncClient) -> None:
    script = await client.get("/graphiql/assets/index-1a2b.js")
    assert (script.status_code, script.text) == (200, "export {}")
    assert script.headers["content-type"].startswith("text/javascript")
    assert script.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert _security(script) == SECURITY_HEADERS
    known = {"if-none-match": script.headers["etag"]}
    assert (await client.get("/graphiql/assets/index-1a2b.js", headers=known)).status_code == 304


@pytest.mark.usefixtures("built")
@pytest.mark.parametrize("path", ["missing.js", "..%2findex.html", "..%2f..%2fsecret.txt", "%2fetc%2fpasswd", ""])
async def test_nothing_else_is_handed_out(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(f"/graphiql/assets/{path}")).status_code == 404
