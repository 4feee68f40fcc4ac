"""The product's own files, for the guards that look after all of them."""

from __future__ import annotations

import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = ("resolvers", "schema", "services", "db")
# Alembic runs this one; it has no meaning anywhere else.
RUN_BY_ALEMBIC = ROOT / "db" / "migrations" / "env.py"


def kept_files() -> list[Path]:
    """Every file that is, or may become, part of the repository; what .gitignore names is not."""
    listing = ("git", "ls-files", "--cached", "--others", "--exclude-standard", "-z")
    names = subprocess.run(listing, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


def product_modules() -> list[Path]:
    """`server.py` and every module of the packages."""
    inside = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    return [ROOT / "server.py", *sorted(path for path in inside if "__pycache__" not in path.parts)]


def module_name(path: Path) -> str:
    """The dotted name under which a file of ours is imported."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
