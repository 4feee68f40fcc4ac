from __future__ import annotations

import base64
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema import ids

KEY = UUID("01a1fc02-b562-77c9-9c4e-aa2da3039143")
kinds = st.sampled_from(["Fan", "Conversation", "Message", "CreatorAccount"])


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@given(kinds, st.uuids())
def test_an_id_reads_what_it_wrote(kind: str, key: UUID) -> None:
    text = ids.encode(kind, key)

    assert ids.parse(text) == (kind, key)
    assert ids.decode(kind, text) == key


@given(kinds, kinds, st.uuids())
def test_an_id_of_another_type_names_nothing(kind: str, other: str, key: UUID) -> None:
    assert ids.decode(other, ids.encode(kind, key)) == (key if kind == other else ids.NOWHERE)


@pytest.mark.parametrize(
    "text",
    [
        "", "Fan", "Fan:1", str(KEY), "=", "====", "é", "\ud800", "\x00", "a" * 100_000, encoded(""), encoded("Fan"),
        encoded("Fan:"), encoded("Fan:1"), encoded(f":{KEY}"), encoded(f"fan:{KEY}"), encoded(f"Fan:{KEY}:1"),
        encoded("Fan:" + "9" * 33), base64.b64encode(b"Fan:\xff\xfe").decode(),
    ],
)  # fmt: skip
def test_what_is_no_id_names_nothing(text: str) -> None:
    assert ids.decode("Fan", text) == ids.NOWHERE


@given(st.text())
def test_no_text_raises(text: str) -> None:
    assert isinstance(ids.decode("Fan", text), UUID)


def test_an_optional_id() -> None:
    assert ids.decode_optional("Fan", None) is None
    assert ids.decode_optional("Fan", ids.encode("Fan", KEY)) == KEY
    assert ids.decode_optional("Fan", "") == ids.NOWHERE
