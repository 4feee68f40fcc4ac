"""One product and one browser for all tests of the application; each test has a creator and a window of its own."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from services.devstack.postgres import Postgres
from services.devstack.redis import EmbeddedRedis
from tests.conftest import session_settings
from tests.flows.background import RunningApi, in_background
from tests.web.app.creator import Creator
from tests.web.app.window import Window

# The browser reaches no other host than our own, except that pictures of fans are answered by the test itself.
NO_OTHER_HOST = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
QUIET = ["--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update"]


@pytest.fixture(scope="session")
def running_app(postgres: Postgres, redis_server: EmbeddedRedis, sqs_endpoint: str) -> Iterator[RunningApi]:
    """API, worker and sandbox platform on real parts. The rate is the real one in fast motion."""
    with session_settings(postgres, redis_server, sqs_endpoint) as settings, in_background(settings) as running:
        yield running


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=20_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-sync", NO_OTHER_HOST, *QUIET]
        )
        yield browser
        browser.close()


@pytest.fixture
def mia(running_app: RunningApi) -> Creator:
    """A creator of this test's own, with one account on the sandbox platform."""
    creator = Creator(running_app, f"mia-{uuid.uuid4().hex[:12]}")
    creator.connect("Mia")
    return creator


@pytest.fixture
def window(browser: Browser, mia: Creator) -> Iterator[Window]:
    """A window in which she is signed in; at its end nothing must have gone wrong in it unseen."""
    with browser.new_context(viewport={"width": 1360, "height": 860}) as context:
        window = Window(context.new_page(), mia)
        yield window
        window.demand_no_faults()
