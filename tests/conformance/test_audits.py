"""GraphQL over HTTP as graphql-http audits it: 61 audits, none of them failed or waived."""

from __future__ import annotations

from services.runtime.settings import Settings
from tests.conformance.node import script
from tests.resolvers.transport.api import running_api

AUDITS = 61


async def test_every_audit_of_graphql_http_passes(settings: Settings) -> None:
    async with running_api(settings) as api:
        given = {"URL": f"{api.url}/graphql", "TOKEN": api.token()}
        async with script("audits.mjs", given) as audits:
            verdicts = await audits.line(deadline=60)
    assert [verdict for verdict in verdicts if verdict["status"] != "ok"] == []
    assert len({verdict["id"] for verdict in verdicts}) == AUDITS
