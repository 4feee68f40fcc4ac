"""`webhooks list` and `webhooks replay`, as an operator uses them."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from db.models import Message, WebhookDelivery
from db.queries.webhook_choice import Choice
from services.cli.__main__ import main
from services.cli.webhooks import _moment, list_deliveries, replay_deliveries
from services.devstack.failure import StartFailure
from services.devstack.supervisor import ROOT
from services.runtime.settings import Settings
from tests.flows.faults import environment
from tests.services.webhooks.desk import Desk, a_desk, said
from tests.stored import opened


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    async with opened(database_url) as database:
        yield await a_desk(database)


@pytest.fixture
def here(settings: Settings) -> Settings:
    return settings.model_copy(update={"sandbox_api_base_url": "http://127.0.0.1:9", "statement_guard": True})


async def test_what_failed_is_replayed_by_a_command(desk: Desk, here: Settings) -> None:
    good = await desk.journal("messages.received", said(1, "cherry brandy"), status="failed")
    odd = await desk.journal("messages.received", {"text": "cherry brandy"}, status="failed")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services.cli", "webhooks", "replay", "--failed", "--owner", str(desk.owner)),
        cwd=ROOT, env=environment(here), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    printed, _ = await process.communicate()

    assert process.returncode == 1
    *lines, summary = printed.decode().splitlines()
    assert [(str(each) in line) for each, line in zip((good, odd), lines, strict=True)] == [True, True]
    assert [line.split("failed -> ")[1].split()[0] for line in lines] == ["done", "failed"]
    assert summary == "2 worked on: 1 done, 1 failed"
    assert b"cherry" not in printed
    assert [row.status for row in await desk.rows(WebhookDelivery)] == ["done", "failed"]
    assert len(await desk.rows(Message)) == 1


async def test_what_is_listed_says_everything_but_what_was_written(
    desk: Desk, here: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    await desk.journal("messages.received", said(1, "cherry brandy"))
    failed = await desk.journal("tips.received", said(2), status="failed", detail="given up", attempts=3)

    assert await list_deliveries(here, Choice(), 10) == 0
    newest, other = capsys.readouterr().out.splitlines()
    told = (str(failed), desk.account.account_id, "SANDBOX", "tips.received", "failed", "given up", "tries 3")
    assert [part for part in told if part not in newest] == []
    assert "received" in other
    assert "cherry" not in other
    assert await list_deliveries(here, Choice(status="failed"), 10) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1


async def test_a_replay_tells_what_it_did(desk: Desk, here: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    done = (await desk.take("messages.received", said(1))).id
    capsys.readouterr()

    assert await replay_deliveries(here, Choice(ids=(done,)), 10) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "1 worked on: 1 done"
    assert await replay_deliveries(here, Choice(owner="nobody"), 10) == 0
    assert capsys.readouterr().out == "no webhook is meant by this\n"
    with pytest.raises(StartFailure, match="Say which"):
        await replay_deliveries(here, Choice(), 10)
    assert ((await desk.only(WebhookDelivery)).attempts, len(await desk.rows(Message))) == (2, 1)


ODD: tuple[list[str], ...] = (
    ["replay", "no-id"],
    ["list", "--since", "soon"],
    ["list", "--status", "odd"],
    ["list", "--failed", "--status", "done"],
    [],
)


@pytest.mark.parametrize("arguments", ODD, ids=" ".join)
def test_odd_arguments_are_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["webhooks", *arguments])
    assert ended.value.code == 2
    assert "usage:" in capsys.readouterr().err


@pytest.mark.parametrize(("text", "hour"), [("2026-11-25T10:00", 10), ("2026-11-25T10:00+02:00", 8), ("2026-11-25", 0)])
def test_a_moment_without_an_offset_is_utc(text: str, hour: int) -> None:
    assert _moment(text).astimezone(UTC) == datetime(2026, 11, 25, hour, tzinfo=UTC)
