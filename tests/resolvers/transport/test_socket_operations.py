"""Operations on a socket: each for itself, none of them the end of the others, nothing left of them afterwards."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from resolvers.chosen_operation import NO_SUCH_OPERATION
from resolvers.transport.bounds import Bounds
from services.runtime.settings import Settings
from tests.resolvers.transport.api import READY, Api, Frames, running_api
from tests.resolvers.transport.journal import calm
from tests.resolvers.transport.test_deadline import CREATE, FAN, locked
from tests.waiting import eventually

TYPENAME = "{ __typename }"


async def data_of(socket: Frames, identifier: str) -> Any:
    """The data of a query or mutation, up to its `complete`."""
    frame = await socket.next()
    assert (frame["type"], frame["id"]) == ("next", identifier), frame
    assert await socket.next() == {"type": "complete", "id": identifier}
    assert "errors" not in frame["payload"], frame
    return frame["payload"]["data"]


async def is_well(socket: Frames) -> bool:
    await socket.subscribe("well", TYPENAME)
    return bool(await data_of(socket, "well") == {"__typename": "Query"})


async def test_queries_and_mutations_work_as_over_http(api: Api) -> None:
    async with api.signed_in() as socket:
        await socket.subscribe("1", "query A { __typename } query B { viewer { __typename } }", operationName="B")
        assert await data_of(socket, "1") == {"viewer": {"__typename": "Viewer"}}
        await socket.subscribe("1", CREATE)
        made = await data_of(socket, "1")
        assert made["createFan"]["errors"] == []
        query = "query ($id: ID!) { fan(id: $id) { id } }"
        await socket.subscribe("2", query, variables={"id": made["createFan"]["fan"]["id"]})
        assert await data_of(socket, "2") == {"fan": {"id": made["createFan"]["fan"]["id"]}}


BROKEN: list[dict[str, Any]] = [
    {"query": "{"},
    {"query": "{ nothingOfThatName }"},
    {"query": "query ($id: ID!) { fan(id: $id) { id } }", "variables": {"id": None}},
    {"query": "query A { __typename }", "operationName": "B"},
    {"query": "fragment A on Query { __typename }"},
    {"query": "{ a" * 5000},
    {"query": "subscription { inboxEvents(after: 5) { cursor } }"},
    {"query": 'subscription { inboxEvents(after: "\ud800\u0000") { cursor } }'},
]


async def test_a_broken_operation_is_an_error_for_it_alone(api: Api) -> None:
    with calm():
        async with api.signed_in() as socket:
            await socket.subscribe("live", READY)
            assert (await socket.next())["id"] == "live"
            for payload in BROKEN:
                await socket.subscribe("1", **payload)
                frame = await socket.next()
                assert (frame["type"], frame["id"]) == ("error", "1")
                codes = {error["extensions"]["code"] for error in frame["payload"]}
                assert codes <= {"BAD_USER_INPUT", "QUERY_TOO_EXPENSIVE"}, payload
                assert await is_well(socket)


async def test_of_several_operations_none_is_chosen_for_the_client(api: Api) -> None:
    named = "mutation B " + CREATE.removeprefix("mutation")
    with calm():
        async with api.signed_in() as socket:
            for query in (f"{named} query A {TYPENAME}", f"query A {TYPENAME} {named}", f"{READY} {named}"):
                await socket.subscribe("1", query)
                frame = await socket.next()
                assert (frame["type"], frame["id"]) == ("error", "1")
                assert [error["message"] for error in frame["payload"]] == [NO_SUCH_OPERATION]
                assert [error["extensions"] for error in frame["payload"]] == [{"code": "BAD_USER_INPUT"}]
            await socket.subscribe("1", "{ fans { totalCount } }")
            assert await data_of(socket, "1") == {"fans": {"totalCount": 0}}
            await socket.subscribe("1", f"query A {TYPENAME} {named}", operationName="B")
            assert (await data_of(socket, "1"))["createFan"]["errors"] == []


async def test_an_inbox_is_narrowed_to_a_hundred_accounts_at_most(api: Api) -> None:
    query = "subscription ($ids: [ID!]) { inboxEvents(accountIds: $ids) { __typename } }"
    with calm():
        async with api.signed_in() as socket:
            await socket.subscribe("1", query, variables={"ids": ["x"] * 101})
            frame = await socket.next()
            assert (frame["type"], frame["id"]) == ("error", "1")
            [error] = frame["payload"]
            assert error["extensions"]["code"] == "BAD_USER_INPUT"
            assert "`accountIds`" in error["message"]
            await socket.subscribe("1", query, variables={"ids": ["x"] * 100})
            assert (await socket.next())["payload"]["data"]["inboxEvents"] == {"__typename": "InboxReady"}


async def test_the_hundred_and_first_operation_is_refused(api: Api) -> None:
    with calm():
        async with api.signed_in() as socket:
            for number in range(101):
                await socket.subscribe(str(number), READY)
            frames = [await socket.next() for _ in range(101)]
            errors = [frame for frame in frames if frame["type"] == "error"]
            assert [frame["id"] for frame in errors] == ["100"]
            assert errors[0]["payload"][0]["message"] == "At most 100 operations at a time on one socket."
            await socket.send({"type": "complete", "id": "0"})
            await socket.subscribe("100", READY)
            assert (await socket.next())["type"] == "next"


def tasks() -> int:
    return len(asyncio.all_tasks())


async def test_complete_frees_everything(api: Api) -> None:
    async with api.signed_in() as socket:
        assert await is_well(socket)
        before = tasks()
        for number in range(20):
            await socket.subscribe(str(number), READY)
        assert {(await socket.next())["type"] for _ in range(20)} == {"next"}
        assert tasks() > before
        for number in range(20):
            await socket.send({"type": "complete", "id": str(number)})
        await eventually(lambda: tasks() <= before, what="freeing the tasks")
        assert await is_well(socket)


async def test_a_socket_that_ends_frees_everything(api: Api) -> None:
    async with api.signed_in() as socket:
        assert await is_well(socket)
    await eventually(lambda: not _of_sockets(), what="the end of the first socket")
    before = tasks()
    async with api.signed_in() as socket:
        for number in range(20):
            await socket.subscribe(str(number), READY)
        assert {(await socket.next())["type"] for _ in range(20)} == {"next"}
        socket.connection.transport.abort()
    await eventually(lambda: tasks() <= before, what="freeing the tasks")


def _of_sockets() -> list[asyncio.Task[Any]]:
    return [task for task in asyncio.all_tasks() if "run_asgi" in repr(task)]


async def test_ids_can_be_used_again_at_once_and_unknown_ones_completed(api: Api) -> None:
    async with api.signed_in() as socket:
        await socket.send({"type": "complete", "id": "never"})
        for _ in range(20):
            await socket.subscribe("1", READY)
            assert (await socket.next())["type"] == "next"
            await socket.send({"type": "complete", "id": "1"})
        await socket.subscribe("1", TYPENAME)
        assert await data_of(socket, "1") == {"__typename": "Query"}


async def test_deadlines_hold_for_queries_and_mutations_alone(settings: Settings) -> None:
    async with running_api(settings, Bounds(operation_seconds=0.4)) as api, api.signed_in() as socket:
        await socket.subscribe("live", READY)
        assert (await socket.next())["type"] == "next"
        async with locked(api) as fans:
            for identifier, query in (("query", FAN), ("mutation", CREATE)):
                await socket.subscribe(identifier, query)
                frame = await socket.next()
                assert (frame["type"], frame["id"]) == ("error", identifier)
                assert [error["extensions"]["code"] for error in frame["payload"]] == ["TIMEOUT"]
            await fans.has_waiting(1)
            await fans.release()

            async def completed() -> bool:
                return await fans.fans() == 1

            await eventually(completed, what="the mutation")
        await socket.subscribe("1", CREATE.replace("kim", "lou"))
        kinds = {(await socket.next())["id"] for _ in range(3)}
        assert kinds == {"live", "1"}


async def test_complete_cancels_a_query_and_not_a_mutation(api: Api) -> None:
    async with api.signed_in() as socket:
        assert await is_well(socket)
        async with locked(api) as fans:
            for identifier, query, left in (("1", FAN, 0), ("2", CREATE, 1)):
                await socket.subscribe(identifier, query)
                await fans.has_waiting(1)
                await socket.send({"type": "complete", "id": identifier})
                assert await is_well(socket)
                await fans.has_waiting(left)


async def test_what_fails_inside_is_masked(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*_: Any) -> Any:
        raise RuntimeError("password=hunter2")

    monkeypatch.setattr("services.live.hub.Hub.position", fail)
    async with api.signed_in() as socket:
        await socket.subscribe("1", READY)
        frame = await socket.next()
        assert "INTERNAL" in json.dumps(frame)
        assert "hunter2" not in json.dumps(frame)
        assert await is_well_after(socket, frame)


async def is_well_after(socket: Frames, frame: dict[str, Any]) -> bool:
    """An event's error is followed by `complete`, an operation's is not."""
    if frame["type"] == "next":
        assert await socket.next() == {"type": "complete", "id": frame["id"]}
    return await is_well(socket)
