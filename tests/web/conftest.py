"""One product and one browser for all tests of pages; both end with them, and other tests have the machine again."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from services.devstack.postgres import Postgres
from services.devstack.redis import EmbeddedRedis
from tests.conftest import session_settings
from tests.flows.background import RunningApi, in_background

# The browser reaches no other host than our own, except that pictures of fans are answered by the test itself.
NO_OTHER_HOST = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
QUIET = ["--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update"]


@pytest.fixture(scope="package")
def running_api(postgres: Postgres, redis_server: EmbeddedRedis, sqs_endpoint: str) -> Iterator[RunningApi]:
    """API, worker and sandbox platform on real parts. The rate is the real one in fast motion."""
    with session_settings(postgres, redis_server, sqs_endpoint) as settings, in_background(settings) as running:
        yield running


@pytest.fixture(scope="package")
def browser(running_api: RunningApi) -> Iterator[Browser]:  # after the product: its loop runs in this thread
    expect.set_options(timeout=20_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-sync", NO_OTHER_HOST, *QUIET]
        )
        yield browser
        browser.close()
