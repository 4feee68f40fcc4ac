"""Bulk messages through the real queue to the platform: 10 and 100 recipients, drafts, previews, repeats."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from services.runtime.settings import Settings
from tests.flows.campaigns import START, UPDATE, bulk, campaign_of, fans_of, numbers, status_of
from tests.flows.graphql_client import GraphQLClient
from tests.flows.product import Product, running_product
from tests.waiting import eventually

QUICK = {"rate_limit_messages": 1000, "rate_limit_window_seconds": 1, "rate_limit_min_gap_seconds": 0.001}


@pytest.fixture
async def quick(settings: Settings) -> AsyncIterator[Product]:
    """The product with a limit that does not bind."""
    async with running_product(settings.model_copy(update=QUICK)) as product:
        yield product


@pytest.mark.timeout(300)
@pytest.mark.parametrize("count", [10, 100])
async def test_everybody_is_sent_her_own_text_once(quick: Product, count: int) -> None:
    mia = quick.client()
    await quick.connect(mia, announceSent=False)
    fans = await fans_of(quick, mia, count)
    sent = await bulk(mia, fans)
    assert (sent["totalRecipients"], sent["queued"], sent["failed"], sent["errors"]) == (count, count, 0, [])
    key = sent["campaign"]["id"]
    await eventually(lambda: _is(mia, key, "COMPLETED"), 240)
    arrivals = await quick.sandbox.arrivals()
    assert sorted(each["text"] for each in arrivals) == sorted(f"Hi Fan{n}" for n in range(count))
    found = await campaign_of(mia, key)
    assert found["metrics"] == numbers(recipients=count, sent=count)
    assert [each["id"] for each in found["audience"]["nodes"]] == fans
    assert [each["fan"]["id"] for each in found["messages"]["nodes"]] == fans
    assert {each["campaign"]["id"] for each in found["messages"]["nodes"]} == {key}
    assert found["startedAt"] <= found["completedAt"]
    assert found["estimatedCompletionTime"] is None
    assert found["version"] > sent["campaign"]["version"]


async def test_a_dry_run_tells_everything_and_stores_nothing(quick: Product) -> None:
    mia, eve = quick.client(), quick.client("eve")
    account = await quick.connect(mia)
    second = await quick.connect(mia, "acct_2")
    await quick.connect(eve, "acct_eve")
    here = await quick.fan(mia, "robin", accountId=account)
    there = await quick.fan(mia, "kim", accountId=second)
    foreign = await quick.fan(eve, "foreign")
    gone = await quick.fan(mia, "gone", accountId=account)
    await mia.run("mutation ($id: ID!) { deleteFan(id: $id) { deletedId } }", {"id": gone})
    nameless = await quick.fan(mia, None, accountId=account, name="Nameless")
    named = [here, there, foreign, gone, nameless, here, "nonsense"]
    told = await bulk(mia, named, accountId=account, dryRun=True, content="Hi {name}, {handle|you}")
    assert told["campaign"] is None
    assert (told["totalRecipients"], told["queued"], told["failed"], told["errors"]) == (1, 0, 0, [])
    assert [(each["recipientId"], each["reason"]) for each in told["skipped"]] == [
        (there, "OTHER_ACCOUNT"),
        (foreign, "NOT_FOUND"),
        (gone, "DELETED"),
        (nameless, "NO_PLATFORM_ID"),
        (here, "DUPLICATE"),
        ("nonsense", "NOT_FOUND"),
    ]
    assert [each["fan"] and each["fan"]["id"] for each in told["skipped"]] == [there, None, gone, nameless, here, None]
    assert told["previews"] == [{"fan": {"id": here}, "text": "Hi Robin, @robin"}]
    assert told["estimatedCompletionTime"] is not None
    assert (await mia.run("{ campaigns { totalCount } }"))["campaigns"]["totalCount"] == 0
    assert await quick.sandbox.arrivals() == []


async def test_a_draft_waits_can_be_changed_and_is_then_sent(quick: Product) -> None:
    mia = quick.client()
    await quick.connect(mia)
    fans = await fans_of(quick, mia, 3)
    draft = (await bulk(mia, fans[:2], draft=True))["campaign"]
    assert draft["status"] == "DRAFT"
    found = await campaign_of(mia, draft["id"])
    assert found["metrics"] == numbers(recipients=2, waiting=2)
    assert found["messages"] == {"totalCount": 0, "nodes": []}
    changes = {"id": draft["id"], "recipientIds": fans[1:], "content": "Dear {name}", "campaignName": "Letters"}
    changed = (await mia.run(UPDATE, {"input": changes}))["updateCampaign"]
    assert changed["errors"] == []
    assert [each["id"] for each in changed["campaign"]["audience"]["nodes"]] == fans[1:]
    await mia.run("mutation ($id: ID!) { startCampaign(id: $id) { campaign { id } } }", {"id": draft["id"]})
    await eventually(lambda: _is(mia, draft["id"], "COMPLETED"), 30)
    assert sorted(each["text"] for each in await quick.sandbox.arrivals()) == ["Dear Fan1", "Dear Fan2"]
    late = (await mia.run(UPDATE, {"input": {"id": draft["id"], "content": "Too late"}}))["updateCampaign"]
    assert [(error["code"], error["path"]) for error in late["errors"]] == [("CONFLICT", ["input", "id"])]


async def test_who_was_deleted_after_the_audience_was_frozen_is_counted_as_cancelled(quick: Product) -> None:
    mia = quick.client()
    await quick.connect(mia)
    stays, goes = await fans_of(quick, mia, 2)
    draft = (await bulk(mia, [stays, goes], draft=True))["campaign"]["id"]
    await mia.run("mutation ($id: ID!) { deleteFan(id: $id) { deletedId } }", {"id": goes})
    await mia.run("mutation ($id: ID!) { startCampaign(id: $id) { campaign { id } } }", {"id": draft})
    await eventually(lambda: _is(mia, draft, "COMPLETED"), 30)
    assert (await campaign_of(mia, draft))["metrics"] == numbers(recipients=2, sent=1, cancelled=1)
    assert [each["text"] for each in await quick.sandbox.arrivals()] == ["Hi Fan0"]


async def test_a_text_that_a_new_name_made_too_long_fails_and_says_so(quick: Product) -> None:
    """Nobody is told that the service is away: sending it again would change nothing."""
    mia = quick.client()
    await quick.connect(mia)
    fans = await fans_of(quick, mia, 2)
    key = (await bulk(mia, fans, content="x" * 4_994 + "{name}", draft=True))["campaign"]["id"]
    rename = "mutation ($input: UpdateFanInput!) { updateFan(input: $input) { errors { code } } }"
    renamed = await mia.run(rename, {"input": {"id": fans[0], "name": "Robinson"}})
    assert renamed["updateFan"] == {"errors": []}
    await mia.run(START, {"id": key, "at": None})
    await eventually(lambda: _is(mia, key, "COMPLETED"), 40)
    found = await campaign_of(mia, key)
    assert found["metrics"] == numbers(recipients=2, sent=1, failed=1)
    [failed] = [each["id"] for each in found["messages"]["nodes"] if each["status"] == "FAILED"]
    told = await mia.run("query ($id: ID!) { message(id: $id) { delivery { failureReason } } }", {"id": failed})
    assert told["message"]["delivery"] == {"failureReason": "It has 5,002 characters; at most 5,000 are allowed."}


async def test_the_same_key_sends_once_and_tells_the_same(quick: Product) -> None:
    mia = quick.client()
    await quick.connect(mia)
    fans = await fans_of(quick, mia, 2)
    first = await bulk(mia, [*fans, "nonsense"], idempotencyKey="k")
    again = await bulk(mia, [*fans, "nonsense"], idempotencyKey="k")
    assert again["campaign"]["id"] == first["campaign"]["id"]
    assert (again["totalRecipients"], again["queued"], again["skipped"]) == (2, 2, first["skipped"])
    other = await bulk(mia, fans[:1], idempotencyKey="k")
    assert [(error["code"], error["path"]) for error in other["errors"]] == [("CONFLICT", ["input", "idempotencyKey"])]
    await eventually(lambda: _is(mia, first["campaign"]["id"], "COMPLETED"), 30)
    assert len(await quick.sandbox.arrivals()) == 2


async def test_what_is_wrong_is_named_and_nothing_is_stored(quick: Product) -> None:
    mia = quick.client()
    await quick.connect(mia)
    [fan] = await fans_of(quick, mia, 1)
    wrong: list[tuple[dict[str, Any], tuple[str, str, int | None]]] = [
        ({"recipientIds": []}, ("recipientIds", "min_items", 1)),
        ({"recipientIds": [fan] * 101}, ("recipientIds", "max_items", 100)),
        ({"recipientIds": ["nonsense"]}, ("recipientIds", "reachable", None)),
        ({"content": " "}, ("content", "required", None)),
        ({"content": "x" * 5001}, ("content", "max_length", 5000)),
        ({"content": "x" * 4998 + "{name}"}, ("content", "max_length", 5000)),
        ({"content": "Hi {firstname}"}, ("content", "placeholder", None)),
        ({"campaignName": ""}, ("campaignName", "required", None)),
        ({"priority": 11}, ("priority", "max", 10)),
        ({"priceCents": 1}, ("priceCents", "min_price", 100)),
        ({"scheduledAt": "2020-01-01T00:00:00Z"}, ("scheduledAt", "future", None)),
    ]
    for fields, (name, rule, limit) in wrong:
        answer = await bulk(mia, [fan], **fields)
        found = [(error["path"], error["rule"], error["limit"]) for error in answer["errors"]]
        assert found == [(["input", name], rule, limit)], fields
        assert answer["campaign"] is None
    assert (await mia.run("{ campaigns { totalCount } }"))["campaigns"]["totalCount"] == 0
    assert await quick.sandbox.arrivals() == []


async def test_only_what_is_sent_is_counted(settings: Settings) -> None:
    few = settings.model_copy(update={"bulk_sends_per_hour": 1} | QUICK)
    async with running_product(few) as product:
        mia, eve = product.client(), product.client("eve")
        assert await refusal(mia, ["nobody"]) == ("NOT_CONNECTED", None)
        first, second = await product.connect(mia), await product.connect(mia, "acct_2")
        theirs = await product.connect(eve, "acct_eve")
        here = await product.fan(mia, "robin", platformFanId="p1", accountId=first)
        foreign = await product.fan(eve, "foreign")
        await mia.run("mutation ($id: ID!) { disconnectAccount(id: $id) { account { id } } }", {"id": second})
        refused: list[tuple[dict[str, Any], tuple[str, list[str]]]] = [
            ({"recipientIds": [foreign]}, ("INVALID_INPUT", ["input", "recipientIds"])),
            ({"accountId": second}, ("NOT_CONNECTED", ["input", "accountId"])),
            ({"accountId": theirs}, ("NOT_FOUND", ["input", "accountId"])),
            ({"priceCents": 1}, ("INVALID_INPUT", ["input", "priceCents"])),
            ({"content": "x" * 4998 + "{name}"}, ("INVALID_INPUT", ["input", "content"])),
        ]
        for fields, problem in refused:
            assert await refusal(mia, [here], **fields) == problem
        assert await left(mia) == 1
        assert (await mia.run("{ campaigns { totalCount } }"))["campaigns"]["totalCount"] == 0
        assert (await bulk(mia, [here]))["errors"] == []
        assert await left(mia) == 0
        assert await refusal(mia, [here]) == ("RATE_LIMITED", None)
        assert await refusal(mia, [here], priceCents=1) == ("INVALID_INPUT", ["input", "priceCents"])
        assert (await mia.run("{ campaigns { totalCount } }"))["campaigns"]["totalCount"] == 1


async def refusal(client: GraphQLClient, recipients: list[str], **fields: Any) -> tuple[str, list[str] | None]:
    [error] = (await bulk(client, recipients, **fields))["errors"]
    return error["code"], error["path"]


async def left(client: GraphQLClient) -> int:
    """How many bulk sends are left."""
    allowances = (await client.run("{ viewer { allowances { operation remaining } } }"))["viewer"]["allowances"]
    [found] = [each["remaining"] for each in allowances if each["operation"] == "bulkSends"]
    return int(found)


async def test_bulk_sends_have_their_own_allowance_and_drafts_are_free(settings: Settings) -> None:
    few = settings.model_copy(update={"bulk_sends_per_hour": 1} | QUICK)
    async with running_product(few) as product:
        mia = product.client()
        await product.connect(mia)
        fans = await fans_of(product, mia, 1)
        assert (await bulk(mia, fans, content=" "))["errors"][0]["code"] == "INVALID_INPUT"
        assert (await bulk(mia, fans, dryRun=True))["errors"] == []
        draft = (await bulk(mia, fans, draft=True))["campaign"]["id"]
        assert (await bulk(mia, fans, idempotencyKey="k"))["errors"] == []
        assert (await bulk(mia, fans, idempotencyKey="k"))["errors"] == []
        assert [error["code"] for error in (await bulk(mia, fans))["errors"]] == ["RATE_LIMITED"]
        answer = await mia.run("mutation ($id: ID!) { startCampaign(id: $id) { errors { code } } }", {"id": draft})
        assert answer["startCampaign"] == {"errors": [{"code": "RATE_LIMITED"}]}
        assert await status_of(mia, draft) == "DRAFT"


async def _is(client: GraphQLClient, campaign_id: str, status: str) -> bool:
    return await status_of(client, campaign_id) == status


WATCH = """subscription ($id: ID!) { campaignUpdated(id: $id) { id version status
  metrics { recipients waiting sending sent failed unknown cancelled } } }"""


async def test_whoever_watches_sees_the_numbers_move_and_always_the_last_ones(quick: Product) -> None:
    mia = quick.client()
    await quick.connect(mia)
    draft = (await bulk(mia, await fans_of(quick, mia, 5), draft=True))["campaign"]["id"]
    async with mia.subscribe(WATCH, {"id": draft}) as watched:
        assert (await watched.next(30))["status"] == "DRAFT"
        await mia.run("mutation ($id: ID!) { startCampaign(id: $id) { campaign { id } } }", {"id": draft})
        seen = [await watched.next(30)]
        while seen[-1]["status"] != "COMPLETED":
            seen.append(await watched.next(60))
    everything = numbers(recipients=5, sent=5)
    assert seen[-1]["metrics"] == {name: everything[name] for name in seen[-1]["metrics"]}
    assert [each["version"] for each in seen] == sorted({each["version"] for each in seen})
    for each in seen:
        counts = dict(each["metrics"])
        assert counts.pop("recipients") == sum(counts.values())
    async with quick.client("eve").subscribe(WATCH, {"id": draft}) as foreign:
        with pytest.raises(AssertionError, match="NOT_FOUND"):
            await foreign.next(30)
