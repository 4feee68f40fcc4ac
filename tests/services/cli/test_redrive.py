"""The command `redrive`: its words, its exit codes, and its refusals."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

import pytest

from services.cli.__main__ import main
from services.monitoring import logs
from services.runtime.settings import Settings
from tests.flows.cloud import queued
from tests.flows.faults import NOBODY, environment
from tests.services.workers.aws_lambda import polled


def _given(settings: Settings, monkeypatch: pytest.MonkeyPatch, **changes: str) -> None:
    for name, value in (environment(settings) | changes).items():
        monkeypatch.setenv(name, value) if value else monkeypatch.delenv(name, raising=False)


@pytest.fixture(autouse=True)
def logs_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command runs in the process of the tests, whose logs stay."""
    monkeypatch.setattr(logs, "configure", lambda _level: None)


async def _bury(settings: Settings, good: int) -> None:
    dead = settings.model_copy(update={"sqs_rate_limiter_queue_url": settings.sqs_rate_limiter_dlq_url})
    async with polled(dead) as queue:
        for _ in range(good):
            body, texts = queued(str(uuid.uuid4()), str(uuid.uuid4()))
            await queue.put(body, {name: str(value) for name, value in texts.items()})
        await queue.put("<unreadable/>", {"messageType": "message"})


async def _visible(settings: Settings) -> int:
    async with polled(settings) as queue:
        return (await queue.numbers())["Visible"]


async def _run(*arguments: str) -> int:
    return await asyncio.to_thread(main, ["redrive", *arguments])


async def test_it_says_what_it_does(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _given(settings, monkeypatch)
    await _bury(settings, good=3)

    async def said(*arguments: str) -> tuple[int, str, int]:
        code = await _run(*arguments)
        return code, capsys.readouterr().out.splitlines()[0], await _visible(settings)

    assert await said("--dry-run") == (0, "3 would be moved", 0)
    assert await said("--limit", "1") == (0, "1 moved", 1)
    assert await said() == (0, "2 moved", 3)
    assert await said() == (0, "0 moved", 3)
    assert await said("--all") == (0, "1 moved", 4)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"SQS_RATE_LIMITER_DLQ_URL": ""}, "SQS_RATE_LIMITER_DLQ_URL is not set"),
        ({"AWS_ENDPOINT_URL_SQS": NOBODY}, "The queue does not do it (EndpointConnectionError)"),
    ],
)
async def test_what_it_cannot_do_it_says_in_one_line(
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    changes: dict[str, Any],
    words: str,
) -> None:
    _given(settings, monkeypatch, **changes)
    assert await _run() == 1
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith(words)


@pytest.mark.parametrize("limit", ["0", "-1", "many"])
def test_a_limit_is_a_number_from_one(limit: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["redrive", "--limit", limit])
    assert "--limit" in capsys.readouterr().err
