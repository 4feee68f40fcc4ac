"""What is refused, with which words, and that it reaches neither the costly rules nor a resolver."""

from __future__ import annotations

import pytest
from graphql import get_introspection_query
from graphql.validation import OverlappingFieldsCanBeMergedRule
from strawberry.types.execution import ExecutionResult, PreExecutionError

from resolvers.limits import bounds
from resolvers.quiet_schema import QuietSchema
from tests.resolvers.limits.hostile import (
    aliases,
    bomb,
    by_default,
    filtered,
    first,
    large,
    nested,
    nodes,
    short_aliases,
    with_arguments,
)

PAGES = """query ($n: Int!, $m: Int) { conversation(id: "x") { messages(first: $n) { nodes { conversation {
  messages(first: $m) { nodes { id } } } } } } }"""

REFUSED = [
    (bomb(60), f"The query selects {3 * 2**60 + 2**60 - 1:,} fields and fragments; at most 1,000 are allowed."),
    (bomb(60, ""), f"The query selects {2**61 - 1:,} fields and fragments; at most 1,000 are allowed."),
    (aliases(51), "The query has 51 aliases; at most 50 are allowed."),
    (aliases(10_000), "The query has 168,893 characters; at most 50,000 are allowed."),
    (short_aliases(10_000), "The query has 30,002 tokens; at most 2,000 are allowed."),
    (large(2**20), "The query has 1,048,576 characters; at most 50,000 are allowed."),
    (nested(16), "The query is 16 levels deep; at most 15 are allowed."),
    (nested(200), "The query is 200 levels deep; at most 15 are allowed."),
    (nested(201), "Document is nested too deeply. Parsing aborted."),
    (nested(600, "{a"), "Document is nested too deeply. Parsing aborted."),
    (nested(10_000, "{a"), "The query has 30,000 tokens; at most 2,000 are allowed."),
    (nested(600, "{..."), "Document is nested too deeply. Parsing aborted."),
    (nested(10_000, "{..."), "The query has 30,000 tokens; at most 2,000 are allowed."),
    ("{ fan(id: " + "[" * 900 + "]" * 900 + ") { id } }", "Document is nested too deeply. Parsing aborted."),
    ("query ($v: " + "[" * 900 + "I" + "]" * 900 + ") { a }", "Document is nested too deeply. Parsing aborted."),
    ("{ viewer " + "@include(if: true) " * 51 + "{ id } }", "The query has 51 directives; at most 50 are allowed."),
    (
        "{ viewer {" + " id" * 46 + "} }",
        "The query needs 1,035 comparisons of selections that share a place; at most 1,000 are allowed.",
    ),
    (filtered(101), "An object in the query has 101 fields; at most 100 are allowed."),
    (filtered(600), "An object in the query has 600 fields; at most 100 are allowed."),
    (nodes(201), "A list in the query has 201 entries; at most 200 are allowed."),
    (with_arguments(101), "A field or directive has 101 arguments; at most 100 are allowed."),
    (first("9" * 41), "A number in the query has 41 characters; at most 40 are allowed."),
    (first("-" + "9" * 40), "A number in the query has 41 characters; at most 40 are allowed."),
    (first("9" * 5_000), "A number in the query has 5,000 characters; at most 40 are allowed."),
    (first("1." + "0" * 48_000), "A number in the query has 48,002 characters; at most 40 are allowed."),
    (by_default("9" * 5_000), "A number in the query has 5,000 characters; at most 40 are allowed."),
    ("#\n" * 2_000 + "{ __typename }", "The query has 2,003 tokens; at most 2,000 are allowed."),
]


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The selection sets that graphql-core's quadratic rule has looked at."""
    seen: list[object] = []
    look = OverlappingFieldsCanBeMergedRule.enter_selection_set

    def note(self: OverlappingFieldsCanBeMergedRule, node: object, *rest: object) -> None:
        seen.append(node)
        look(self, node, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(OverlappingFieldsCanBeMergedRule, "enter_selection_set", note)
    return seen


async def refusal(schema: QuietSchema, query: str, variables: dict[str, object] | None = None) -> tuple[str, object]:
    result = await schema.execute(query, variables)
    assert isinstance(result, PreExecutionError)
    assert result.data is None
    assert result.errors
    [error] = result.errors
    return error.message, (error.extensions or {}).get("code")


async def accepted(schema: QuietSchema, query: str) -> ExecutionResult:
    result = await schema.execute(query)
    assert isinstance(result, ExecutionResult)
    assert result.errors is None
    return result


@pytest.mark.parametrize(("query", "message"), REFUSED, ids=range(len(REFUSED)))
async def test_too_much_is_refused(schema: QuietSchema, compared: list[object], query: str, message: str) -> None:
    assert await refusal(schema, query) == (message, "QUERY_TOO_EXPENSIVE")
    assert compared == []


@pytest.mark.parametrize(
    "query",
    [
        aliases(50),
        "{" + " __typename @include(if: true)" * 45 + " }",
        "{ __schema { " + "queryType { " + "name " * 40 + "} } }",
        "#" + "x" * (bounds.CHARACTERS - 16) + "\n{ __typename }",
        "{ ..." * 199 + "{ __typename }" + "}" * 199,
    ],
    ids=range(5),
)
async def test_what_is_just_within_the_bounds_is_answered(schema: QuietSchema, query: str) -> None:
    await accepted(schema, query)


@pytest.mark.parametrize("query", [nodes(100), nodes(200), first("1"), by_default("50")])
async def test_what_is_written_out_within_the_bounds_reaches_its_resolver(schema: QuietSchema, query: str) -> None:
    """Where it is refused, for it comes without a user here."""
    result = await schema.execute(query)
    assert [error.path for error in result.errors or []] in ([["nodes"]], [["fans"]])


@pytest.mark.parametrize(
    "query", [filtered(100), with_arguments(100), "{" + " ".join(f"nothing{n}" for n in range(40)) + "}"]
)
async def test_ten_mistakes_are_told_and_that_there_are_more(schema: QuietSchema, query: str) -> None:
    result = await schema.execute(query)
    assert isinstance(result, PreExecutionError)
    *told, last = [error.message for error in result.errors or []]
    assert len(told) == bounds.MISTAKES
    assert last == "Too many validation errors, error limit reached. Validation aborted."


async def test_no_number_is_answered_in_the_words_of_python(schema: QuietSchema) -> None:
    """Nor by a failure of ours, where it comes as a variable: JSON lets pass up to 4,300 digits."""
    for number in ("9" * 40, "-" + "9" * 39, "1e99"):
        message, _ = await refusal(schema, first(number))
        assert message in {
            f"Int cannot represent non-integer value: {number}",
            f"Int cannot represent non 32-bit signed integer value: {number}",
        }
    result = await schema.execute("query ($n: Int) { fans(first: $n) { totalCount } }", {"n": 10**4_299})
    [error] = result.errors or []
    assert error.message.startswith("Variable '$n' has invalid value: Int cannot represent non 32-bit signed integer")


@pytest.mark.parametrize("levels", [30, 100, 150, 190])
async def test_deep_documents_are_refused_in_one_way_from_a_deep_stack_too(schema: QuietSchema, levels: int) -> None:
    """A server calls from some hundred frames down."""

    async def below(frames: int) -> tuple[str, object]:
        return await (below(frames - 1) if frames else refusal(schema, nested(levels)))

    _, code = await below(150)
    assert code == "QUERY_TOO_EXPENSIVE"


async def test_introspection_passes_and_costs_nothing(schema: QuietSchema, compared: list[object]) -> None:
    """With everything GraphiQL may ask for."""
    query = get_introspection_query(
        specified_by_url=True,
        directive_is_repeatable=True,
        schema_description=True,
        input_value_deprecation=True,
    )
    result = await accepted(schema, query)
    assert result.extensions == {"cost": {"requested": 0, "limit": bounds.COST}}
    assert compared != []


async def test_introspection_is_bounded_like_everything_else(schema: QuietSchema) -> None:
    fields = " ".join(f't{n}: __type(name: "Fan") {{ name }}' for n in range(51))
    assert await refusal(schema, f"{{ {fields} }}") == (
        "The query has 51 aliases; at most 50 are allowed.",
        "QUERY_TOO_EXPENSIVE",
    )


async def test_a_cycle_is_a_mistake_and_goes_no_further(schema: QuietSchema, compared: list[object]) -> None:
    query = "{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }"
    assert await refusal(schema, query) == ("Cannot spread fragment 'a' within itself.", "BAD_USER_INPUT")
    assert compared == []


async def test_a_plain_syntax_error_stays_one(schema: QuietSchema) -> None:
    message, code = await refusal(schema, "{ viewer ")
    assert (message, code) == ("Syntax Error: Expected Name, found <EOF>.", None)


async def test_plain_mistakes_are_told_as_ever(schema: QuietSchema) -> None:
    result = await schema.execute("{ viewer { nothing } } fragment unused on Query { __typename }")
    assert isinstance(result, PreExecutionError)
    assert [error.message for error in result.errors or []] == [
        "Cannot query field 'nothing' on type 'Viewer'.",
        "Fragment 'unused' is never used.",
    ]


@pytest.mark.parametrize(
    ("variables", "cost"),
    [({"n": 100, "m": 100}, 20_302), ({"n": 100}, 20_302), ({"n": 100, "m": None}, 20_302)],
)
async def test_the_cost_is_refused_with_the_variables_it_has(
    schema: QuietSchema, variables: dict[str, object], cost: int
) -> None:
    message = f"The query costs {cost:,}; at most 20,000 is allowed."
    assert await refusal(schema, PAGES, variables) == (message, "QUERY_TOO_EXPENSIVE")
    result = await schema.execute(PAGES, variables)
    assert isinstance(result, PreExecutionError)
    assert result.extensions == {"cost": {"requested": cost, "limit": 20_000}}


async def test_the_same_document_with_small_pages_is_let_pass(schema: QuietSchema) -> None:
    """It is refused later, for it comes without a user here."""
    result = await schema.execute(PAGES, {"n": 100, "m": 10})
    assert not isinstance(result, PreExecutionError)
    assert isinstance(result, ExecutionResult)
    assert result.extensions == {"cost": {"requested": 2_302, "limit": 20_000}}


async def test_a_subscription_is_bounded_too(schema: QuietSchema) -> None:
    spread = bomb(60, "inboxEvents { cursor }").replace("on Query", "on Subscription")
    results = [result async for result in await schema.stream("subscription " + spread)]
    [result] = results
    assert isinstance(result, PreExecutionError)
    assert [(error.extensions or {})["code"] for error in result.errors or []] == ["QUERY_TOO_EXPENSIVE"]


SUGGESTIVE = [
    ("{ viewerr { id } }", "Cannot query field 'viewerr' on type 'Query'."),
    ('{ fan(idd: "x") { id } }', "Unknown argument 'idd' on field 'Query.fan'."),
    ("{ ... on Viewerr { id } }", "Unknown type 'Viewerr'."),
    ("{ viewer @includee(if: true) { id } }", "Unknown directive '@includee'."),
    (
        'mutation { createFan(input: { name: "x", platform: SANDBOXX }) { errors { code } } }',
        "Value 'SANDBOXX' does not exist in 'Platform' enum.",
    ),
    (
        'mutation { createFan(input: { name: "x", handel: "y" }) { errors { code } } }',
        "Expected value of type 'CreateFanInput' not to include unknown field 'handel'."
        ' Found: { name: "x", handel: "y" }.',
    ),
]


@pytest.mark.parametrize(("query", "message"), SUGGESTIVE)
async def test_strangers_are_told_nothing_of_the_schema(strangers: QuietSchema, query: str, message: str) -> None:
    result = await strangers.execute(query)
    assert result.errors
    assert message in [error.message for error in result.errors]
    assert not [error.message for error in result.errors if "Did you mean" in error.message]


async def test_strangers_are_told_nothing_for_variables_either(strangers: QuietSchema) -> None:
    query = 'mutation ($p: Platform!) { createFan(input: { name: "x", platform: $p }) { errors { code } } }'
    result = await strangers.execute(query, {"p": "SANDBOXX"})
    assert [error.message for error in result.errors or []] == [
        "Variable '$p' has invalid value: Value 'SANDBOXX' does not exist in 'Platform' enum."
    ]


async def test_others_are_told_what_they_may_have_meant(schema: QuietSchema) -> None:
    assert (await refusal(schema, "{ viewerr { id } }"))[0].endswith(" Did you mean 'viewer'?")


async def test_strangers_may_not_read_the_schema(strangers: QuietSchema) -> None:
    result = await strangers.execute("{ __schema { queryType { name } } }")
    assert isinstance(result, PreExecutionError)
    assert all("introspection has been disabled" in error.message for error in result.errors or [])
