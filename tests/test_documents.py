"""What the documents name is there: files, commands, links, the parts of the way of a message."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest
from graphql import build_schema, parse, validate

from resolvers.export import EXPORTED
from services.cli.__main__ import COMMANDS
from tests.sources import ROOT, kept_files

DOCUMENTS = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")])
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
CODE = re.compile(r"`([^`\n]+)`")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
PATH = re.compile(r"\.?[a-z][\w.-]*(?:/[\w.-]*)+")
OUR_FOLDERS = ("bench", "db", "deploy", "docs", "resolvers", "schema", "services", "tests", "web")
LARGEST_PICTURE = 300_000
NAMES = [path.relative_to(ROOT).as_posix() for path in DOCUMENTS]


@pytest.mark.parametrize("document", DOCUMENTS, ids=NAMES)
def test_links_lead_to_files(document: Path) -> None:
    targets = [target for target in LINK.findall(document.read_text()) if "://" not in target]
    assert [target for target in targets if not (document.parent / target).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=NAMES)
def test_paths_are_there(document: Path) -> None:
    assert [path for path in paths(document.read_text()) if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=NAMES)
def test_commands_are_there(document: Path) -> None:
    text = document.read_text()
    verbs = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"\bmake ([a-z]+)`", text)) | set(re.findall(r"^make ([a-z]+)$", text, re.MULTILINE)) <= verbs
    assert set(re.findall(r"-m services\.cli ([a-z]+)", text)) <= set(COMMANDS)
    for module in re.findall(r"-m ((?:services|resolvers|bench)[\w.]*)", text):
        place = ROOT / module.replace(".", "/")
        assert place.with_suffix(".py").is_file() or (place / "__main__.py").is_file(), module


@pytest.mark.parametrize("document", DOCUMENTS, ids=NAMES)
def test_it_speaks_of_the_product_alone(document: Path) -> None:
    text = document.read_text()
    assert not re.search(r"/(?:home|root|work|tmp|Users)/", text)
    assert not re.search(r"\bissues?\b|\bpull request|\bagent\b|\bassistant session", text, re.IGNORECASE)


def test_the_names_of_the_way_are_its_files() -> None:
    """Checks that there is something to check: the way in CONTRIBUTING is a list of paths."""
    text = (ROOT / "CONTRIBUTING.md").read_text()
    way = text[text.index("## The way of a message") : text.index("## Test, lint, type")]
    assert len({path for path in paths(way) if path.endswith(".py")}) >= 16


def test_every_folder_is_in_the_table() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text()
    kept = {path.relative_to(ROOT).parts[0] for path in kept_files() if path.parent != ROOT}
    assert [folder for folder in sorted(kept) if not folder.startswith(".") and f"| `{folder}/` |" not in text] == []


@pytest.mark.parametrize("decision", DECISIONS, ids=[path.stem for path in DECISIONS])
def test_a_decision_is_one_dated_page(decision: Path) -> None:
    text = decision.read_text()
    number = int(decision.stem[:4])
    assert re.match(rf"# {number}\. .+\n\n\d{{4}}-\d\d-\d\d, (?:accepted|replaced)", text)
    for heading in ("Context", "Decision", "Consequences"):
        assert f"\n## {heading}\n" in text
    assert len(text.splitlines()) <= 80


def test_decisions_are_numbered_and_listed() -> None:
    assert [int(path.stem[:4]) for path in DECISIONS] == list(range(1, len(DECISIONS) + 1))
    overview = (ROOT / "docs" / "architecture.md").read_text()
    assert [path.name for path in DECISIONS if f"(decisions/{path.name})" not in overview] == []


def test_the_picture_is_a_light_png() -> None:
    content = (ROOT / "docs" / "images" / "graphiql.png").read_bytes()
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", content[16:24])
    assert (width >= 1000, height >= 700, len(content) < LARGEST_PICTURE) == (True, True, True)


def test_the_pictures_of_the_pages_are_light_and_each_is_there_in_three() -> None:
    pictures = sorted((ROOT / "docs" / "images").glob("*.webp"))
    assert all(picture.read_bytes()[8:12] == b"WEBP" for picture in pictures)
    assert [picture.name for picture in pictures if picture.stat().st_size > LARGEST_PICTURE] == []
    kinds = {name: {each.stem for each in pictures if each.stem.endswith(name)} for name in ("light", "dark", "phone")}
    pages = [{stem.removesuffix(f"-{name}") for stem in stems} for name, stems in kinds.items()]
    assert len(pages[0]) == 12
    assert pages[0] == pages[1] == pages[2]


def test_queries_in_the_guide_are_valid() -> None:
    """Each GraphQL document of the guides, and the subscription of the front-end example, fits the schema."""
    found = [document for path in DOCUMENTS for document in operations(path.read_text())]
    assert len(found) >= 2
    schema = build_schema(EXPORTED.read_text())
    assert [str(error) for document in found for error in validate(schema, parse(document))] == []


def operations(text: str) -> Iterator[str]:
    for language, block in FENCE.findall(text):
        if language == "graphql":
            yield block
        if language == "js":
            yield from re.findall(r"= `((?:query|mutation|subscription)[^`]*)`", block)


def paths(text: str) -> Iterator[str]:
    """Paths below our folders, in code and in code blocks; of `db/queries/<noun>.py` the folder."""
    pieces = [*CODE.findall(FENCE.sub("", text)), *(block for _, block in FENCE.findall(text))]
    for piece in pieces:
        for found in PATH.findall(piece):
            if found.split("/")[0] in OUR_FOLDERS and not found.endswith(("secrets.env",)):
                yield found.rstrip(".")
