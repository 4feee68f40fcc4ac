from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.fans import fields, handles

PATH = ("input", "handle")
some = st.text(st.sampled_from("@ \t\u00a0aB1é\u0301ßΐİ_.-")) | st.text()


@pytest.mark.parametrize(
    ("handle", "shown", "key"),
    [
        ("robin", "@robin", "robin"),
        ("@Robin", "@Robin", "robin"),
        (" @ ROBIN ", "@ROBIN", "robin"),
        ("@@robin", "@robin", "robin"),
        ("\t@robin\n", "@robin", "robin"),
        ("@\u00a0@robin", "@robin", "robin"),
        ("rob in@", "@rob in@", "rob in@"),
        ("Stra\u00dfe", "@Stra\u00dfe", "strasse"),
        ("", "@", ""),
        (" @ @", "@", ""),
    ],
)
def test_how_a_handle_is_shown_and_compared(handle: str, shown: str, key: str) -> None:
    assert (handles.normalised(handle), handles.key(handle)) == (shown, key)


@given(some)
def test_neither_signs_nor_blanks_nor_a_second_time_make_a_difference(handle: str) -> None:
    shown = handles.normalised(handle)

    assert handles.normalised(shown) == shown
    assert shown.startswith("@")
    assert handles.key(shown) == handles.key(handle) == handles.key(f" @{handle} ")


@given(some)
def test_two_ways_to_encode_an_accent_are_one_handle(handle: str) -> None:
    forms = [unicodedata.normalize(form, handle) for form in ("NFC", "NFD")]

    assert len({handles.key(each) for each in (handle, *forms)}) == 1


@given(st.text(st.characters(max_codepoint=127)))
def test_case_makes_no_difference(handle: str) -> None:
    assert handles.key(handle.upper()) == handles.key(handle.lower())


@given(some)
def test_what_passes_has_a_key(handle: str) -> None:
    if not list(fields.handle(handle, PATH)):
        assert handles.key(handle) != ""


@pytest.mark.parametrize(
    ("handle", "rule"),
    [
        ("@" + "h" * 100, None),
        ("h" * 101, "max_length"),
        ("\t@", "required"),
        ("@\u00a0@", "required"),
        ("", "required"),
    ],
)
def test_which_handles_are_refused(handle: str, rule: str | None) -> None:
    assert [problem.rule for problem in fields.handle(handle, PATH)] == ([rule] if rule else [])
