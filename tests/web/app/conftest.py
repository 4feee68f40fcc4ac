"""Each test of the application has a creator and a window of its own."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.flows.background import RunningApi
from tests.web.app.creator import Creator
from tests.web.app.window import Window


@pytest.fixture
def mia(running_api: RunningApi) -> Creator:
    """A creator of this test's own, with one account on the sandbox platform."""
    creator = Creator(running_api, f"mia-{uuid.uuid4().hex[:12]}")
    creator.connect("Mia")
    return creator


@pytest.fixture
def window(browser: Browser, mia: Creator) -> Iterator[Window]:
    """A window in which she is signed in; at its end nothing must have gone wrong in it unseen."""
    with browser.new_context(viewport={"width": 1360, "height": 860}) as context:
        window = Window(context.new_page(), mia)
        yield window
        window.demand_no_faults()
