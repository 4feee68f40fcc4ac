"""The GraphiQL page in a real browser that can reach no host but ours."""

from __future__ import annotations

import json
import uuid
from typing import Any

import httpx
import jwt
import pytest
from playwright.sync_api import Page, WebSocket, expect

from .page_actions import TABS, RunningApi, add_fan, answer, ask, example, open_page, run_tab

POLICY = (
    "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'; "
    "style-src 'self' 'unsafe-inline'; font-src 'self' data:; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'"
)


def test_opens_without_a_fault_and_without_another_host(page: Page, running_api: RunningApi) -> None:
    requested: list[str] = []
    faults: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    page.on("console", lambda line: faults.append(line.text) if line.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    open_page(page, running_api)
    run_tab(page, "WhoAmI")
    expect(answer(page)).to_contain_text('"viewer"')
    page.wait_for_load_state("networkidle")
    assert faults == []
    assert [url for url in requested if not url.startswith((running_api.url + "/", "data:"))] == []
    assert {url.removeprefix(running_api.url).split("/")[1] for url in requested if "//" in url} == {
        "graphiql",
        "graphql",
    }


def test_offers_the_examples_in_order(page: Page, running_api: RunningApi) -> None:
    open_page(page, running_api)
    assert page.get_by_role("tab").all_inner_texts() == TABS
    assert page.get_by_role("tab", selected=True).inner_text() == TABS[0]


def test_page_and_workers_carry_the_policy(page: Page, running_api: RunningApi) -> None:
    with page.expect_worker(lambda worker: "/graphql.worker" in worker.url):
        response = open_page(page, running_api)
    assert response.header_value("content-security-policy") == POLICY
    assert response.header_value("cache-control") == "no-store"
    for worker in page.workers:
        assert worker.url.startswith(f"{running_api.url}/graphiql/assets/")
        assert httpx.get(worker.url).headers["content-security-policy"] == POLICY


def test_the_policy_stops_a_request_to_another_host(page: Page, running_api: RunningApi) -> None:
    open_page(page, running_api)
    blocked = page.evaluate(
        """async () => {
            const violation = new Promise(done => addEventListener('securitypolicyviolation', done, {once: true}))
            await fetch('http://other.invalid/').catch(() => null)
            return (await violation).effectiveDirective
        }"""
    )
    assert blocked == "connect-src"


def test_a_query_shows_its_result(page: Page, running_api: RunningApi) -> None:
    subject = jwt.decode(running_api.token, options={"verify_signature": False})["sub"]
    open_page(page, running_api)
    run_tab(page, "WhoAmI")
    expect(answer(page)).to_contain_text(f'"userId": "{subject}"')


def test_a_subscription_shows_events_until_it_is_stopped(
    page: Page, running_api: RunningApi, pytestconfig: pytest.Config
) -> None:
    sent: list[dict[str, Any]] = []
    received: list[dict[str, Any]] = []

    def listen(socket: WebSocket) -> None:
        socket.on("framesent", lambda frame: sent.append(json.loads(frame)))
        socket.on("framereceived", lambda frame: received.append(json.loads(frame)))

    page.on("websocket", listen)
    open_page(page, running_api)
    run_tab(page, "WatchInbox")
    expect(answer(page)).to_contain_text('"InboxReady"')
    text = f"Hello {uuid.uuid4()}"
    variables = {"fanId": add_fan(running_api, pytestconfig.rootpath), "text": text}
    ask(running_api, example(pytestconfig.rootpath, "4-send-message.graphql"), variables)
    expect(answer(page)).to_contain_text(text)
    expect(answer(page)).to_contain_text('"earlier"')
    page.get_by_role("button", name="Stop query").click()
    expect(page.get_by_role("button", name="Execute query")).to_be_visible()
    events = [frame["payload"]["data"]["inboxEvents"] for frame in received if frame["type"] == "next"]
    assert text in [event["message"]["text"] for event in events if event["__typename"] == "MessageAdded"]
    assert sent[0] == {"type": "connection_init", "payload": {"Authorization": f"Bearer {running_api.token}"}}
    assert [frame["type"] for frame in sent if frame["type"] != "pong"][1:] == ["subscribe", "complete"]
