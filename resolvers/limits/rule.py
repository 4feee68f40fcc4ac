"""The validation rule that refuses what asks for too much, before any other rule looks at it."""

from __future__ import annotations

from typing import Any

from graphql import DocumentNode
from graphql.validation import ASTValidationRule, ValidationContext
from graphql.validation.validate import ValidationAbortedError

from resolvers.limits import bounds
from resolvers.limits.comparisons import comparisons
from resolvers.limits.document import Weighed, weigh
from resolvers.limits.fragments import FragmentCycle, Fragments
from resolvers.limits.literals import literals

AMOUNTS = (
    ("The query is {:,} levels deep; at most {:,} are allowed.", "depth", bounds.DEPTH),
    ("The query selects {:,} fields and fragments; at most {:,} are allowed.", "selections", bounds.SELECTIONS),
    ("The query has {:,} aliases; at most {:,} are allowed.", "aliases", bounds.ALIASES),
    ("The query has {:,} directives; at most {:,} are allowed.", "directives", bounds.DIRECTIVES),
)
WRITTEN_OUT = (
    ("An object in the query has {:,} fields; at most {:,} are allowed.", "fields", bounds.FIELDS),
    ("A list in the query has {:,} entries; at most {:,} are allowed.", "entries", bounds.ENTRIES),
    ("A field or directive has {:,} arguments; at most {:,} are allowed.", "arguments", bounds.ARGUMENTS),
    ("A number in the query has {:,} characters; at most {:,} are allowed.", "digits", bounds.DIGITS),
)
COMPARED = "The query needs {:,} comparisons of selections that share a place; at most {:,} are allowed."


class BoundsRule(ASTValidationRule):
    """Does all its work when the document is entered, and aborts the validation.

    So what is refused never reaches the rules that take quadratic time. A fragment cycle ends here too: what it asks
    for has no measure. The class is one and the same for all requests, or else no validation would be found cached.
    """

    context: ValidationContext

    def enter_document(self, node: DocumentNode, *_args: Any) -> None:
        # First, because weighing reads numbers.
        found = literals(node)
        for sentence, amount, limit in WRITTEN_OUT:
            _refuse_above(limit, getattr(found, amount), sentence)
        weight = self._weighed(node).total
        for sentence, amount, limit in AMOUNTS:
            _refuse_above(limit, getattr(weight, amount), sentence)
        _refuse_above(bounds.COMPARISONS, comparisons(Fragments(node)), COMPARED)

    def _weighed(self, document: DocumentNode) -> Weighed:
        try:
            return weigh(self.context.schema, document)
        except FragmentCycle as cycle:
            message = f"Cannot spread fragment '{cycle.name}' within itself."
            raise ValidationAbortedError(message, extensions={"code": "BAD_USER_INPUT"}) from None


def _refuse_above(limit: int, found: int, sentence: str) -> None:
    if found > limit:
        raise ValidationAbortedError(sentence.format(found, limit), extensions=bounds.CODE)
