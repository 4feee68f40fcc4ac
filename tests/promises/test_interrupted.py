"""Promise 3: killed while dispatching, UNKNOWN within 30 s; killed while reserved, sent again and never UNKNOWN."""

from __future__ import annotations

import pytest

from services.runtime.settings import Settings
from services.sending.deliver import LEASE_BEYOND_TIMEOUT_SECONDS
from tests.promises.creators import Creators
from tests.promises.stage import LONG, PATIENCE, open_stage
from tests.waiting import eventually

pytestmark = pytest.mark.timeout(PATIENCE)

WITHIN_SECONDS = 30
PATIENT = {"platform_timeout_seconds": 30.0, "worker_lease_seconds": 32.0}
"""So that no call ends by itself before its worker is killed."""


async def test_killed_while_dispatching_is_shown_as_unknown(quick: Settings) -> None:
    async with open_stage(quick.model_copy(update=PATIENT), workers=2) as stage:
        [text] = await (await Creators.make(stage, 1)).queued(1)
        await stage.sandbox.fault("delay_after", seconds=60)
        first, second = stage.workers
        await first.start()
        await eventually(lambda: stage.has_arrived(text), LONG, "the request at the platform")
        assert await stage.books.attempts(text) == [("dispatching", None)]
        await first.kill()
        await stage.sandbox.mend()
        # The time passes in which the dead worker could still be answered.
        await stage.books.execute("UPDATE attempts SET lease_until = clock_timestamp() WHERE state = 'dispatching'")
        await second.start()
        await eventually(lambda: stage.stepped(text, "UNKNOWN"), LONG, "the unknown")

        assert (await stage.books.attempts(text))[0] == ("done", "UNKNOWN")
        assert await stage.sandbox.delivered() == 1


async def test_killed_while_reserved_is_sent_and_never_unknown(quick: Settings) -> None:
    async with open_stage(quick.model_copy(update=PATIENT), workers=2) as stage:
        creators = await Creators.make(stage, 1)
        await stage.books.execute("UPDATE fans SET platform_fan_id = NULL, handle = '@robin', handle_key = 'robin'")
        await stage.sandbox.fault("delay", seconds=60, on="lookup")
        [text] = await creators.queued(1)
        first, second = stage.workers
        await first.start()
        await eventually(lambda: stage.books.any("SELECT 1 FROM attempts"), LONG, "the reservation")
        await first.kill()
        assert await stage.sandbox.arrivals() == []
        # It may have been killed before it asked: the next one is not to meet the delay.
        await stage.sandbox.mend()
        # The time passes in which the dead worker's reservation could still be its own.
        await stage.books.execute("UPDATE attempts SET lease_until = clock_timestamp() WHERE state = 'reserved'")
        await second.start()
        await eventually(lambda: stage.stepped(text, "SENT"), LONG, "the second try")

        assert "UNKNOWN" not in await stage.books.steps(text)
        assert [outcome for _, outcome in await stage.books.attempts(text)] == ["SENT"]
        assert len(await stage.sandbox.arrivals()) == 1


def test_with_the_usual_settings_it_shows_within_the_promised_time() -> None:
    usual = {name: field.default for name, field in Settings.model_fields.items()}

    lease = usual["platform_timeout_seconds"] + LEASE_BEYOND_TIMEOUT_SECONDS

    assert lease + usual["worker_sweep_seconds"] < WITHIN_SECONDS
