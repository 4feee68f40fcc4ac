"""`python -m resolvers.export`: writes the schema as clients read it into schema/schema.graphql."""

from __future__ import annotations

from pathlib import Path

from resolvers.root import build_schema

EXPORTED = Path(__file__).parents[1] / "schema" / "schema.graphql"


def sdl() -> str:
    """The whole schema with its descriptions, in SDL; types in the order of their names."""
    return build_schema(introspection=True).as_str() + "\n"


if __name__ == "__main__":
    EXPORTED.write_text(sdl(), encoding="utf-8")
