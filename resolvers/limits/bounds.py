"""What one document may ask for. Documents within these bounds are parsed and validated in some hundredths of a second.

All up to COMPARISONS are counted over the whole document, each fragment as often as it is spread.
"""

from __future__ import annotations

from typing import Final

CHARACTERS: Final = 50_000
TOKENS: Final = 2_000
DEPTH: Final = 15
"""Fields within fields; the introspection of GraphiQL has 13."""
SELECTIONS: Final = 1_000
"""Fields, fragment spreads and inline fragments."""
ALIASES: Final = 50
DIRECTIVES: Final = 50
COMPARISONS: Final = 1_000
"""Pairs of selections that share a place in the answer; GraphQL's own validation compares them one by one."""
FIELDS: Final = 100
"""Of one object that is written out, in metadata too; the largest input type has 13. More can come as a variable."""
ENTRIES: Final = 200
"""Of one list that is written out. Twice what any argument takes: one too many is told in the argument's own words."""
ARGUMENTS: Final = 100
"""Of one field or directive."""
DIGITS: Final = 40
"""Characters of one number; Cents have 16 at most. Python reads long ones in quadratic time, or not at all."""
MISTAKES: Final = 10
"""That are told of one document. A message may quote all of a value, and one value may hold a hundred mistakes."""
COST: Final = 20_000
"""Values that an answer may hold."""

CODE: Final = {"code": "QUERY_TOO_EXPENSIVE"}
