"""`.env.example` documents the settings that there are: no more, no fewer, with the defaults they have."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from services.runtime.settings import Settings

EXAMPLE = (Path(__file__).parents[1] / ".env.example").read_text(encoding="utf-8")
LINES = EXAMPLE.splitlines()
ENTRY = re.compile(r"^(?:# )?([A-Z][A-Z0-9_]+)=(.*)$")
ENTRIES = {match[1]: match[2] for line in LINES if (match := ENTRY.match(line))}
DEFAULTS = {
    name.upper(): str(field.default).lower() if isinstance(field.default, bool) else str(field.default)
    for name, field in Settings.model_fields.items()
    if not field.is_required() and field.default not in {None, ()}
}


def test_the_example_names_every_setting_once_and_nothing_else() -> None:
    named = [match[1] for line in LINES if (match := ENTRY.match(line))]
    assert sorted(named) == sorted(name.upper() for name in Settings.model_fields)


@pytest.mark.parametrize("name", sorted(ENTRIES))
def test_each_entry_follows_a_comment_that_tells_its_default(name: str) -> None:
    position = next(index for index, line in enumerate(LINES) if re.match(rf"^(# )?{name}=", line))
    comment = LINES[position - 1]
    assert comment.startswith("# ")
    assert re.search(r"\bdefault\b", comment, re.IGNORECASE)


@pytest.mark.parametrize("name", sorted(DEFAULTS))
def test_a_default_is_shown_as_it_is(name: str) -> None:
    assert ENTRIES[name] == DEFAULTS[name]


def test_no_entry_carries_a_secret() -> None:
    secret = ("JWT_SECRET", "CREDENTIALS_KEYS", "REDIS_AUTH_TOKEN")
    assert [ENTRIES[name] for name in secret] == ["", "", ""]
