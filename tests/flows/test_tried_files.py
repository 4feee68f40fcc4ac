"""The table of docs/imports.md is what happens: every file of it is uploaded, and looked at when it is over."""

from __future__ import annotations

import pytest

from services.devstack.supervisor import ROOT
from tests.flows.graphql_client import File
from tests.flows.product import Product
from tests.flows.test_fan_imports import IMPORT, ended
from tests.flows.tried_files import TRIED, Tried, table, told

DOCUMENT = ROOT / "docs" / "imports.md"
STORED = "{ fans { totalCount } fanImports { nodes { id inserted status } } }"


async def tried(product: Product, number: int, file: Tried) -> str:
    """By a user of her own, so that none meets the fans of another."""
    client = product.client(f"user {number}")
    answer = (await client.run(IMPORT, {"file": File(file.name, file.content)}))["importFans"]
    uploaded = answer["fanImport"]
    state = uploaded and await ended(client, uploaded["id"])
    stored = await client.run(STORED)
    if state is None:
        assert stored == {"fans": {"totalCount": 0}, "fanImports": {"nodes": []}}
    else:
        assert stored["fans"]["totalCount"] == state["inserted"]
        counted = (state["inserted"], state["updated"], state["skipped"], state["errorCount"])
        assert sum(counted) == state["processedRows"]
        assert state["totalRows"] == (None if state["status"] == "FAILED" else state["processedRows"])
    return told(state, answer["errors"])


@pytest.mark.timeout(300)
async def test_the_table_of_tried_files_tells_what_happens(product: Product) -> None:
    outcomes = [(file, await tried(product, number, file)) for number, file in enumerate(TRIED)]
    found = table(outcomes)
    assert found in DOCUMENT.read_text(encoding="utf-8"), f"write this table into {DOCUMENT.name}:\n{found}"
