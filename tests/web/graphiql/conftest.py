"""A browser that reaches no other host, and an API to look at: a stand-in, until `tests/conftest.py` starts ours."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import jwt
import pytest
import uvicorn
from playwright.sync_api import Browser, Page, expect, sync_playwright

from .stand_in import StandIn

NO_OTHER_HOST = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
QUIET = ["--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update"]
SECRET = "only-for-this-test-" * 2


@dataclass(frozen=True)
class RunningApi:
    url: str
    token: str


@pytest.fixture(scope="session")
def running_api(pytestconfig: pytest.Config) -> Iterator[RunningApi]:
    root = pytestconfig.rootpath
    sdl = (root / "schema" / "schema.graphql").read_text()
    stand_in = StandIn(sdl, root / "web" / "graphiql" / "dist", SECRET)
    server = uvicorn.Server(uvicorn.Config(stand_in.app, port=0, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        thread.join(0.01)
        assert thread.is_alive()
    port = server.servers[0].sockets[0].getsockname()[1]
    yield RunningApi(f"http://127.0.0.1:{port}", jwt.encode({"sub": "demo"}, SECRET, algorithm="HS256"))
    server.should_exit = True
    thread.join()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=20_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-sync", NO_OTHER_HOST, *QUIET],
        )
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        yield context.new_page()
