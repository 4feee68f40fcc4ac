"""What a person does on the page, and what the tests ask of the API beside it."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any, Protocol

import httpx
from playwright.sync_api import Locator, Page, Response, expect

TABS = ["WhoAmI", "AddFan", "WatchInbox", "SendMessage", "QueueAndHealth"]


class RunningApi(Protocol):
    @property
    def url(self) -> str: ...
    @property
    def token(self) -> str: ...


def open_page(page: Page, api: RunningApi, token: str | None = None) -> Response:
    response = page.goto(f"{api.url}/graphiql#token={token or api.token}")
    assert response is not None
    expect(page.get_by_role("tab", name=TABS[0])).to_be_visible()
    expect(page.locator(".graphiql-query-editor .view-line").first).to_be_visible()
    return response


def run_tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name).click()
    editor = page.locator(".graphiql-query-editor .view-lines")
    expect(editor).to_contain_text(name)
    page.get_by_role("button", name="Execute query").click()


def answer(page: Page) -> Locator:
    return page.locator(".graphiql-response .view-lines")


def advice(page: Page) -> Locator:
    return page.get_by_role("banner").get_by_role("alert")


def ask(api: RunningApi, query: str, variables: dict[str, Any]) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {api.token}"}
    body = {"query": query, "variables": variables}
    reply: dict[str, Any] = httpx.post(f"{api.url}/graphql", json=body, headers=headers).json()
    assert "errors" not in reply
    data: dict[str, Any] = reply["data"]
    return data


def example(root: Path, name: str) -> str:
    return (root / "web" / "graphiql" / "src" / "examples" / name).read_text()


def add_fan(api: RunningApi, root: Path) -> str:
    handle = f"@robin_{uuid.uuid4().hex[:12]}"
    variables = {"input": {"platform": "SANDBOX", "name": "Robin", "handle": handle}}
    payload = ask(api, example(root, "2-add-fan.graphql"), variables)["createFan"]
    assert payload["errors"] == []
    fan_id: str = payload["fan"]["id"]
    return fan_id
