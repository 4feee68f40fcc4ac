"""What one document may ask for. Documents within these bounds are parsed and validated in some hundredths of a second.

All but COST are counted over the whole document, each fragment as often as it is spread.
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
COST: Final = 20_000
"""Values that an answer may hold."""

CODE: Final = {"code": "QUERY_TOO_EXPENSIVE"}
