from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.access.principal import InvalidToken, Principal, principal_of

GOOD = {"sub": "creator-1", "exp": 1_900_000_000}


def test_a_bare_token_gives_a_user_who_acts_herself_in_utc() -> None:
    assert principal_of(GOOD) == Principal(
        issuer="",
        subject="creator-1",
        actor="creator-1",
        time_zone="UTC",
        expires_at=datetime.fromtimestamp(1_900_000_000, UTC),
    )


@pytest.mark.parametrize(
    ("act", "actor"),
    [
        ({"sub": "agent-7"}, "agent-7"),
        ({"sub": "agent-7", "act": {"sub": "earlier"}}, "agent-7"),
        ("agent-7", "agent-7"),
        ("a" * 255, "a" * 255),
        (None, "creator-1"),
    ],
)
def test_who_acts(act: object, actor: str) -> None:
    assert principal_of({**GOOD, "act": act}).actor == actor


@pytest.mark.parametrize("act", [{}, {"sub": 5}, {"sub": ""}, "", 7, ["agent"], "a" * 256, "a\x00b"])
def test_an_unreadable_actor_is_refused_and_never_becomes_the_user(act: object) -> None:
    with pytest.raises(InvalidToken, match="act"):
        principal_of({**GOOD, "act": act})


@pytest.mark.parametrize("sub", [None, 5, "", "a" * 256, "a\x00b", "line\nbreak", "\x7f", "\ud800"])
def test_an_unreadable_subject_is_refused(sub: object) -> None:
    with pytest.raises(InvalidToken, match="sub"):
        principal_of({**GOOD, "sub": sub})


def test_a_subject_may_be_any_text_of_255_characters() -> None:
    assert principal_of({**GOOD, "sub": "é" * 255}).subject == "é" * 255


@pytest.mark.parametrize("iss", ["", 5, "a\nb", ["https://issuer.example"]])
def test_an_unreadable_issuer_is_refused(iss: object) -> None:
    with pytest.raises(InvalidToken, match="iss"):
        principal_of({**GOOD, "iss": iss})


@pytest.mark.parametrize("name", ["Europe/Berlin", "America/Argentina/Ushuaia", "UTC", "Asia/Kolkata"])
def test_time_zones_of_the_iana_database(name: str) -> None:
    assert principal_of({**GOOD, "zoneinfo": name}).time_zone == name


@pytest.mark.parametrize(
    "name",
    [
        None,
        5,
        "",
        "Mars/Olympus",
        "Europe",
        "../../etc/passwd",
        "/etc/localtime",
        "a\x00b",
        "right/UTC",
        "posix/UTC",
        "localtime",
        "posixrules",
        "Factory",
        "tzdata.zi",
        "Europe/" + "B" * 4000,
        "\ud800",
    ],
)
def test_anything_else_is_utc(name: object) -> None:
    assert principal_of({**GOOD, "zoneinfo": name}).time_zone == "UTC"


@pytest.mark.parametrize("exp", [None, "1900000000", True, 1e300, float("inf"), float("nan"), 10**400, []])
def test_an_expiry_that_is_no_moment_is_refused(exp: object) -> None:
    with pytest.raises(InvalidToken, match="exp"):
        principal_of({**GOOD, "exp": exp})


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["sub", "iss", "act", "zoneinfo", "exp"]), anything | st.dictionaries(st.just("sub"), anything)
    )
)
def test_whatever_the_claims_hold_the_answer_is_a_principal_or_invalid_token(claims: dict[str, Any]) -> None:
    try:
        principal = principal_of({**GOOD, **claims})
    except InvalidToken:
        return
    assert 1 <= len(principal.subject) <= 255
    assert 1 <= len(principal.actor) <= 255
