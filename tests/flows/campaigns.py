"""Campaigns as a client asks for them."""

from __future__ import annotations

from typing import Any

from tests.flows.graphql_client import GraphQLClient
from tests.flows.product import Product

METRICS = "recipients waiting sending sent delivered failed unknown cancelled purchased revenueCents"
CAMPAIGN = f"""query ($id: ID!) {{ campaign(id: $id) {{ id version name type status statusDetail content priceCents
  scheduledAt startedAt completedAt estimatedCompletionTime account {{ id }} metrics {{ {METRICS} }}
  audience(first: 100) {{ totalCount nodes {{ id name }} }}
  messages(first: 100) {{ totalCount nodes {{ id status text fan {{ id }} campaign {{ id }} }} }} }} }}"""
BULK = """mutation ($input: SendBulkMessageInput!) { sendBulkMessage(input: $input) { totalRecipients queued failed
  estimatedCompletionTime campaign { id status version } skipped { recipientId reason fan { id } }
  previews { fan { id } text } errors { __typename code message path ... on InvalidInput { rule limit } } } }"""
STEER = """mutation ($id: ID!) { %s(id: $id) { campaign { id status statusDetail } errors { code message path } } }"""
START = """mutation ($id: ID!, $at: DateTime) { startCampaign(id: $id, scheduledAt: $at) {
  campaign { id status scheduledAt } errors { code path } } }"""
UPDATE = """mutation ($input: UpdateCampaignInput!) { updateCampaign(input: $input) {
  campaign { id status name content scheduledAt priceCents audience(first: 9) { nodes { id } } }
  errors { code path ... on InvalidInput { rule } } } }"""


async def fans_of(product: Product, client: GraphQLClient, count: int) -> list[str]:
    """Fans whom the platform knows by id, so that nobody has to be looked up."""
    return [await product.fan(client, f"fan{n}", platformFanId=f"p{n}") for n in range(count)]


async def bulk(client: GraphQLClient, recipients: list[str], **fields: Any) -> dict[str, Any]:
    given = {"recipientIds": recipients, "content": "Hi {name}", "campaignName": "News"} | fields
    answer: dict[str, Any] = (await client.run(BULK, {"input": given}))["sendBulkMessage"]
    return answer


async def campaign_of(client: GraphQLClient, campaign_id: str) -> dict[str, Any]:
    found: dict[str, Any] = (await client.run(CAMPAIGN, {"id": campaign_id}))["campaign"]
    return found


async def steer(client: GraphQLClient, verb: str, campaign_id: str) -> dict[str, Any]:
    answer: dict[str, Any] = (await client.run(STEER % verb, {"id": campaign_id}))[verb]
    return answer


async def status_of(client: GraphQLClient, campaign_id: str) -> str:
    return str((await campaign_of(client, campaign_id))["status"])


def numbers(**given: int) -> dict[str, int]:
    """Metrics in which everything that is not named is 0."""
    return dict.fromkeys(METRICS.split(), 0) | given
