"""Documents that ask for too much; the bench measures the same ones."""

from __future__ import annotations


def bomb(levels: int, leaf: str = "viewer { id }") -> str:
    """Each fragment spreads the next one twice: 2 to the power of `levels` fields in a few hundred bytes."""
    links = (f"fragment f{n} on Query {{ ...f{n + 1} ...f{n + 1} }}" for n in range(levels))
    return " ".join(("{ ...f0 }", *links, f"fragment f{levels} on Query {{ {leaf} }}"))


def aliases(count: int) -> str:
    return "{" + "".join(f" a{n}:__typename" for n in range(count)) + " }"


def short_aliases(count: int) -> str:
    """So short that ten thousand fit into the characters allowed: only the parser can see what they are."""
    return "{" + "a:a " * count + "}"


def nested(levels: int, opening: str = "{ viewer ") -> str:
    return opening * levels + "}" * levels


def large(characters: int) -> str:
    return "{" + " a" * (characters // 2 - 1) + "}"


def filtered(fields: int) -> str:
    """Fields no filter has, all in one object."""
    return "{ fans(filter: {" + " ".join(f"f{n}: true" for n in range(fields)) + "}) { totalCount } }"


def nodes(ids: int) -> str:
    return "{ nodes(ids: [" + '"x" ' * ids + "]) { id } }"


def with_arguments(count: int) -> str:
    """Arguments no field has."""
    return "{ fans(" + " ".join(f"a{n}: true" for n in range(count)) + ") { totalCount } }"


def first(number: str) -> str:
    return f"{{ fans(first: {number}) {{ totalCount }} }}"


def by_default(number: str) -> str:
    return f"query ($n: Int = {number}) {{ fans(first: $n) {{ totalCount }} }}"
