"""How the application is handed out: one page for its own addresses alone, compressed, under a strict policy."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from resolvers.pages import APPLICATION_HEADERS, APPLICATION_PLACES, APPLICATION_POLICY, NOT_BUILT, application_routes
from tests.sources import ROOT

PAGE = "<!doctype html><title>the application</title>"


@pytest.fixture
def client(tmp_path: Path) -> TestClient:
    # Not an async one: these tests share a package, and so a thread, with a browser whose loop runs all the time.
    return TestClient(Starlette(routes=application_routes(tmp_path / "dist")))


@pytest.fixture
def built(tmp_path: Path) -> None:
    assets = tmp_path / "dist" / "assets"
    assets.mkdir(parents=True)
    (tmp_path / "dist" / "index.html").write_text(PAGE)
    (tmp_path / "dist" / "icon.svg").write_text("<svg/>")
    (assets / "index-1a2b.js").write_text("export {}")
    (assets / "index-1a2b.js.br").write_bytes(b"brotli")
    (assets / "index-1a2b.js.gz").write_bytes(b"gzip")
    (assets / "font-1a2b.woff2").write_bytes(b"font")


def test_says_how_to_build_it_while_it_is_missing(client: TestClient) -> None:
    page = client.get("/")
    assert (page.status_code, page.text) == (503, NOT_BUILT)


@pytest.mark.usefixtures("built")
@pytest.mark.parametrize("path", ["/", "/inbox/Q29u%3D", "/fans", "/fans/import", "/campaigns/x/edit", "/settings"])
def test_every_address_of_it_is_the_page(client: TestClient, path: str) -> None:
    page = client.get(path)
    assert (page.status_code, page.text) == (200, PAGE)
    assert page.headers["cache-control"] == "no-store"
    assert {name: page.headers.get(name) for name in APPLICATION_HEADERS} == APPLICATION_HEADERS


@pytest.mark.usefixtures("built")
@pytest.mark.parametrize(
    "path", ["/nothing", "/inbox", "/grapqhl", "/assets", "/assets/", "/assets/..%2findex.html", "/fansx"]
)
def test_any_other_address_is_not_found(client: TestClient, path: str) -> None:
    assert (client.get(path)).status_code == 404


@pytest.mark.usefixtures("built")
@pytest.mark.parametrize(
    ("accepted", "encoding", "content"),
    [
        ("gzip, deflate, br, zstd", "br", b"brotli"),
        ("gzip", "gzip", b"gzip"),
        ("br;q=0, gzip;q=0.5", "gzip", b"gzip"),
        ("identity", None, b"export {}"),
        ("", None, b"export {}"),
    ],
)
def test_files_are_sent_as_small_as_the_browser_takes_them(
    client: TestClient, accepted: str, encoding: str | None, content: bytes
) -> None:
    with client.stream("GET", "/assets/index-1a2b.js", headers={"accept-encoding": accepted}) as script:
        body = b"".join(script.iter_raw())
    assert (script.status_code, script.headers.get("content-encoding"), body) == (200, encoding, content)
    assert script.headers["content-length"] == str(len(content))
    assert script.headers["content-type"] == "text/javascript; charset=utf-8"
    assert script.headers["vary"] == "Accept-Encoding"
    assert script.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert script.headers["content-security-policy"] == APPLICATION_POLICY


@pytest.mark.usefixtures("built")
def test_a_file_without_a_smaller_copy_is_sent_as_it_is(client: TestClient) -> None:
    font = client.get("/assets/font-1a2b.woff2", headers={"accept-encoding": "br"})
    assert (font.status_code, font.content, font.headers.get("content-encoding")) == (200, b"font", None)
    known = {"if-none-match": font.headers["etag"]}
    assert (client.get("/assets/font-1a2b.woff2", headers=known)).status_code == 304


def test_the_policy_lets_nothing_run_but_our_own() -> None:
    rules = dict(rule.split(" ", 1) for rule in APPLICATION_POLICY.split("; "))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == rules["style-src"] == rules["connect-src"] == "'self'"
    assert "unsafe" not in APPLICATION_POLICY
    assert APPLICATION_HEADERS["Referrer-Policy"] == "no-referrer"


def test_the_addresses_are_those_of_the_application() -> None:
    routes = (ROOT / "web" / "app" / "src" / "Routes.tsx").read_text()
    first = {path.split("/")[1] for path in re.findall(r'path="(/[^"]*)"', routes)} - {""}
    assert first == {*APPLICATION_PLACES, "inbox"}
