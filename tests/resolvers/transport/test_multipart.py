"""Multipart requests: one file in the place of a null, or a 400 that says what is wrong."""

from __future__ import annotations

import asyncio
import io
import json
import logging
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import FormData, Headers, UploadFile

from resolvers.transport import multipart
from resolvers.transport.body import MAX_BODY_BYTES
from resolvers.transport.bounds import Bounds
from resolvers.transport.multipart import MAX_FORM_BYTES, of_form
from resolvers.transport.parameters import Malformed
from services.fans.imports.imports import MAX_FILE_BYTES
from services.monitoring.logs import CLIENTS_MISTAKES
from services.runtime.settings import Settings
from tests.resolvers.transport.api import Api, running_api
from tests.resolvers.transport.journal import calm
from tests.resolvers.transport.test_http import JSON, refused
from tests.resolvers.transport.test_http_bodies import raw, status_of

IMPORT = """mutation ($file: Upload!) { importFans(file: $file, platform: SANDBOX) {
  fanImport { fileName status } errors { __typename code path ... on InvalidInput { rule limit } } } }"""
OPERATIONS = json.dumps({"query": IMPORT, "variables": {"file": None}})
MAP = '{"0": ["variables.file"]}'
CSV = b"Username\nrobin\n"
FILE = ("fans.csv", CSV, "text/csv")


def form(operations: Any = OPERATIONS, mapping: str | None = MAP, files: Any = None) -> dict[str, Any]:
    texts = {"operations": operations, "map": mapping}
    parts: dict[str, Any] = {name: (None, text) for name, text in texts.items() if text is not None}
    return {"files": parts | (files or {"0": FILE})}


@pytest.fixture(autouse=True)
def logged_as_configured() -> Iterator[None]:
    """As `services.monitoring.logs` does: what the parser warns of is the client's mistake."""
    library = logging.getLogger(CLIENTS_MISTAKES)
    before = library.level
    library.setLevel(logging.ERROR)
    yield
    library.setLevel(before)


async def imported(http: httpx.AsyncClient, content: bytes) -> dict[str, Any]:
    answer = await http.post("/graphql", **form(files={"0": ("fans.csv", content, "text/csv")}))
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()["data"]["importFans"]
    return found


async def test_a_file_arrives(http: httpx.AsyncClient) -> None:
    assert await imported(http, CSV) == {"fanImport": {"fileName": "fans.csv", "status": "PENDING"}, "errors": []}


async def test_parts_may_come_in_any_order_and_the_file_under_any_name(http: httpx.AsyncClient) -> None:
    parts: dict[str, Any] = {
        "fans": FILE,
        "map": (None, '{"fans": ["variables.file"]}'),
        "operations": (None, OPERATIONS),
    }
    answer = await http.post("/graphql", files=parts)
    assert answer.json()["data"]["importFans"]["errors"] == []


async def test_other_operations_may_come_as_a_form_too(http: httpx.AsyncClient) -> None:
    operations = json.dumps({"query": "query A { viewer { __typename } } query B { __typename }", "operationName": "A"})
    answer = await http.post("/graphql", files={"operations": (None, operations), "map": (None, "{}")})
    assert answer.json()["data"] == {"viewer": {"__typename": "Viewer"}}


MALFORMED: dict[str, dict[str, Any]] = {
    "no map": form(mapping=None),
    "no operations": form(operations=None),
    "map is no JSON": form(mapping="{"),
    "map is a number": form(mapping="5"),
    "map is null": form(mapping="null"),
    "map is a list": form(mapping='["variables.file"]'),
    "a path is no list": form(mapping='{"0": "variables.file"}'),
    "a path is a number": form(mapping='{"0": [5]}'),
    "no path": form(mapping='{"0": []}'),
    "two paths": form(mapping='{"0": ["variables.file", "variables.file"]}'),
    "a path to nothing": form(mapping='{"0": ["variables.other"]}'),
    "a path beyond the variables": form(mapping='{"0": ["query"]}'),
    "an empty path": form(mapping='{"0": [""]}'),
    "a path of dots": form(mapping='{"0": ["variables.....file"]}'),
    "a path of other things": form(mapping='{"0": ["operationName"]}'),
    "a path into a text": form(OPERATIONS.replace("null", '"text"'), '{"0": ["variables.file.x"]}'),
    "not a null": form(OPERATIONS.replace("null", '"text"')),
    "an endless index": form(OPERATIONS.replace("null", "[null]"), f'{{"0": ["variables.file.{"9" * 5000}"]}}'),
    "a missing file": form(mapping='{"0": ["variables.file"], "1": ["variables.file"]}'),
    "a file that nobody names": form(mapping="{}"),
    "two files": form(mapping='{"0": ["variables.file"], "1": ["variables.file"]}', files={"0": FILE, "1": FILE}),
    "operations are a file": {"files": {"operations": ("o.json", OPERATIONS), "map": (None, MAP)}},
    "the file is a text": form(files={"0": (None, "Username")}),
    "operations are no JSON": form("{"),
    "operations are a list": form(f"[{OPERATIONS}]", '{"0": ["0.variables.file"]}'),
    "operations are null": form("null"),
    "operations are deep": form("[" * 100_000),
    "operations are not UTF-8": form(OPERATIONS.encode("utf-16-le")),
    "operations are Latin-1": form(OPERATIONS.replace("SANDBOX", "S\u00e9").encode("latin-1")),
    "operations are long": form(OPERATIONS + " " * MAX_BODY_BYTES),
    "variables are a list": form(json.dumps({"query": IMPORT, "variables": [None]}), '{"0": ["variables.0"]}'),
}


@pytest.mark.parametrize("parts", MALFORMED.values(), ids=list(MALFORMED))
def test_malformed_forms_are_refused(parts: dict[str, Any]) -> None:
    """The whole table without a server; over a socket below."""
    request = httpx.Request("POST", "http://x/graphql", **parts)

    async def stream() -> AsyncGenerator[bytes, None]:
        yield request.read()

    with pytest.raises(Malformed) as refusal:
        asyncio.run(multipart.read(_headers(request), stream()))
    assert len(str(refusal.value)) < 200


def _headers(request: httpx.Request) -> Headers:
    return Headers(raw=[(name.lower(), value) for name, value in request.headers.raw])


async def test_a_malformed_form_is_400_in_json(http: httpx.AsyncClient) -> None:
    with calm():
        for name in ("map is a number", "a missing file", "two files", "operations are deep", "the file is a text"):
            refused(await http.post("/graphql", **MALFORMED[name]), 400)
        for body in (
            b"",
            b"--x",
            b"--x\r\n\r\n",
            b"nonsense",
            b"--x\r\nContent-Disposition: form-data\r\n\r\n\r\n--x--",
        ):
            headers = {"Content-Type": "multipart/form-data; boundary=x"}
            refused(await http.post("/graphql", content=body, headers=headers), 400)
        for boundary in ("", "; boundary=", "; boundary=" + "x" * 300):
            headers = {"Content-Type": f"multipart/form-data{boundary}"}
            refused(await http.post("/graphql", content=b"--x--", headers=headers), 400)


@given(st.dictionaries(st.sampled_from(["operations", "map", "0", "1"]), st.text(max_size=40) | st.none(), max_size=4))
def test_any_form_is_read_or_refused(parts: dict[str, str | None]) -> None:
    nothing = UploadFile(io.BytesIO())
    items = [(name, nothing if text is None else text) for name, text in parts.items()]
    with pytest.raises(Malformed):
        of_form(FormData(items))


async def test_a_text_where_a_file_belongs_is_refused(http: httpx.AsyncClient) -> None:
    for value in ("Username\nrobin\n", 5, {"name": "fans.csv"}, ["x"]):
        answer = await http.post("/graphql", json={"query": IMPORT, "variables": {"file": value}})
        refused_field(answer)
    literal = IMPORT.replace("mutation ($file: Upload!)", "mutation").replace("$file", '"Username"')
    refused_field(await http.post("/graphql", json={"query": literal}))


def refused_field(answer: httpx.Response) -> None:
    assert answer.status_code == 400
    [error] = answer.json()["errors"]
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert "multipart request" in error["message"]


async def test_a_form_needs_a_header_that_a_foreign_page_cannot_send(api: Api) -> None:
    async with httpx.AsyncClient(base_url=api.url, trust_env=False) as http:
        refused(await http.post("/graphql", **form()), 400, media_type=JSON)
        for name in ("X-Requested-With", "GraphQL-Require-Preflight"):
            refused(await http.post("/graphql", **form(), headers={name: "1"}), 401, "UNAUTHENTICATED", JSON)


async def test_the_largest_file_is_taken_and_one_byte_more_is_a_typed_error(http: httpx.AsyncClient) -> None:
    rows = b"robin,Robin\n"
    content = b"Username,Display Name\n" + rows * (MAX_FILE_BYTES // len(rows) + 1)
    assert (await imported(http, content[:MAX_FILE_BYTES]))["errors"] == []
    found = await imported(http, content[: MAX_FILE_BYTES + 1])
    assert found["fanImport"] is None
    assert found["errors"] == [
        {
            "__typename": "InvalidInput", "code": "INVALID_INPUT", "path": ["file"], "rule": "max_bytes",
            "limit": MAX_FILE_BYTES,
        }
    ]  # fmt: skip


async def test_a_form_beyond_its_bound_is_413_and_json_keeps_its_own(http: httpx.AsyncClient) -> None:
    with calm():
        refused(await http.post("/graphql", **form(files={"0": ("fans.csv", b"x" * MAX_FORM_BYTES)})), 413)
        too_long = json.dumps({"query": "{ __typename }" + " " * MAX_BODY_BYTES})
        refused(await http.post("/graphql", content=too_long, headers={"Content-Type": "application/json"}), 413)


async def test_a_form_that_announces_too_much_is_refused_unread(api: Api) -> None:
    with calm():
        length = f"Content-Length: {MAX_FORM_BYTES + 1}"
        async with raw(api, "Content-Type: multipart/form-data; boundary=x", length) as (reader, _):
            assert await status_of(reader) == 413
        async with raw(api, "Content-Type: multipart/form-data; boundary=x", "Transfer-Encoding: chunked") as (
            reader,
            writer,
        ):
            writer.write(b"5\r\n--x\r\n\r\n")
            for _ in range(MAX_FORM_BYTES // MAX_BODY_BYTES + 1):
                writer.write(b"%x\r\n" % MAX_BODY_BYTES + b"y" * MAX_BODY_BYTES + b"\r\n")
            assert await status_of(reader) in {400, 413}


async def test_a_form_that_trickles_is_given_up(settings: Settings) -> None:
    async with running_api(settings, Bounds(upload_seconds=0.3)) as api:
        head = ("Content-Type: multipart/form-data; boundary=x", "Content-Length: 1000")
        async with raw(api, *head) as (reader, writer):
            writer.write(b"--x\r\n")
            assert await status_of(reader) == 408


async def test_a_client_that_leaves_in_the_middle_leaves_nothing(api: Api, http: httpx.AsyncClient) -> None:
    request = httpx.Request("POST", "http://x/graphql", **form(files={"0": ("fans.csv", CSV * 100_000)}))
    content = request.read()
    with calm():
        for cut in (50, 5_000, len(content) - 10):
            head = (f"Content-Type: {request.headers['content-type']}", f"Content-Length: {len(content)}")
            async with raw(api, *head) as (_, writer):
                writer.write(content[:cut])
                await writer.drain()
    query = {"query": "{ fanImports { totalCount } }"}
    assert (await http.post("/graphql", json=query)).json()["data"] == {"fanImports": {"totalCount": 0}}


async def test_files_are_closed_when_the_answer_is_given(api: Api, http: httpx.AsyncClient) -> None:
    """Of a file beyond a megabyte, which lies in a file without a name meanwhile."""
    large = b"Username\n" + b"robin\n" * 400_000

    def open_files() -> list[str]:
        return [str(path.readlink()) for path in Path("/proc/self/fd").iterdir() if path.exists() or path.is_symlink()]

    before = sum("(deleted)" in name for name in open_files())
    for content in (large, large[:-1] + b"\x00"):
        await imported(http, content)
    assert sum("(deleted)" in name for name in open_files()) <= before
