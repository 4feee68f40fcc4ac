"""What a campaign's placeholders become."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.campaigns.template import Addressee, problems, render

ROBIN = Addressee("Robin", "@robin")
KIM = Addressee("Kim", None)
PATH = ("input", "content")


@pytest.mark.parametrize(
    ("content", "addressee", "text"),
    [
        ("Hi {name}!", ROBIN, "Hi Robin!"),
        ("Hi {NAME}!", ROBIN, "Hi Robin!"),
        ("{handle} {name} {handle}", ROBIN, "@robin Robin @robin"),
        ("Hi {handle|you}", ROBIN, "Hi @robin"),
        ("Hi {handle|you}", KIM, "Hi you"),
        ("Hi {handle}", KIM, "Hi Kim"),
        ("Hi {handle|}", KIM, "Hi Kim"),
        ("Hi {handle| }", KIM, "Hi Kim"),
        ("{{name}} is a placeholder", ROBIN, "{name} is a placeholder"),
        ("{{name|x}}", ROBIN, "{name|x}"),
        ("{ name }", ROBIN, "{ name }"),
        ("{} {:) }{", ROBIN, "{} {:) }{"),
        ("{two words}", ROBIN, "{two words}"),
        ("", ROBIN, ""),
    ],
)
def test_rendering(content: str, addressee: Addressee, text: str) -> None:
    assert list(problems(content, PATH)) == []
    assert render(content, addressee) == text


def test_what_a_name_holds_is_not_read_again() -> None:
    assert render("Hi {name}", Addressee("{handle}", "@x")) == "Hi {handle}"


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        ("{firstname}", "placeholder"),
        ("{nmae|you}", "placeholder"),
        ("{1}", "placeholder"),
        ("{handle|" + "x" * 101 + "}", "max_length"),
    ],
)
def test_refusals_name_the_field(content: str, rule: str) -> None:
    [problem] = problems(content, PATH)
    assert (problem.rule, problem.path) == (rule, PATH)


@given(st.text())
def test_text_without_braces_is_sent_as_it_is(content: str) -> None:
    plain = content.replace("{", "").replace("}", "")
    assert list(problems(plain, PATH)) == []
    assert render(plain, ROBIN) == plain


@given(st.text(alphabet="{}|name dlh"))
def test_what_is_accepted_leaves_no_placeholder_unsaid(content: str) -> None:
    if not list(problems(content, PATH)):
        escaped = render(content, Addressee("<N>", "<H>")).count("{name}")
        assert escaped <= content.count("{{name}}")
