from __future__ import annotations

from services.platforms.sandbox_server.fans import REPLIES, Fans, SandboxFan


def test_a_handle_gives_the_same_fan_in_every_process() -> None:
    found = Fans().called("Jane.Doe_92")

    assert found == Fans().called("jane.doe_92")
    assert found is not None
    assert (found.username, found.name) == ("jane.doe_92", "Jane Doe")
    assert found.fan_id.isdigit()


def test_different_handles_are_different_fans() -> None:
    fans = Fans()

    assert len({fan.fan_id for n in range(2_000) if (fan := fans.called(f"fan{n}"))}) == 2_000


def test_nobody_is_called_nobody() -> None:
    assert Fans().called("Nobody_else") is None


def test_a_fan_is_known_by_id_once_it_was_met() -> None:
    fans = Fans()
    met = fans.introduce(SandboxFan("fan-1", "alex", "Alex"))

    assert fans.called("ALEX") == met
    assert fans.get("fan-1") == met
    assert fans.get("other") == SandboxFan("other")


def test_a_fan_goes_through_all_it_can_say_before_repeating() -> None:
    fans = Fans()

    said = [fans.next_words("77") for _ in range(2 * len(REPLIES))]

    assert set(said[: len(REPLIES)]) == set(REPLIES)
    assert said[: len(REPLIES)] == said[len(REPLIES) :]
