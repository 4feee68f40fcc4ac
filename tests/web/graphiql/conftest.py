"""A browser that reaches no other host, and the product to look at."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from services.devstack.postgres import Postgres
from services.devstack.redis import EmbeddedRedis
from tests.conftest import session_settings
from tests.flows.background import RunningApi, in_background

NO_OTHER_HOST = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
QUIET = ["--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update"]


@pytest.fixture(scope="session")
def running_api(postgres: Postgres, redis_server: EmbeddedRedis, sqs_endpoint: str) -> Iterator[RunningApi]:
    """The product itself: API, worker and sandbox platform on real parts."""
    with session_settings(postgres, redis_server, sqs_endpoint) as settings, in_background(settings) as running:
        yield running


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
