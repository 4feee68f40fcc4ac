"""`make lambda`: the package of the Lambda functions, as build/huntaze-lambda.zip.

It holds what `requirements.txt` says, by its hashes, as wheels for Lambda's Python and platform, and those of our
packages that the functions need. That its handlers can be imported from it alone is checked with the Python of Lambda
where this machine has it, else with the same package made for the Python that runs this.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RUNTIME = "3.13"
"""As `Runtime` says in huntaze.yaml."""
PLATFORM = "x86_64-manylinux_2_28"
"""Amazon Linux 2023, under every Python from 3.12 on, has glibc 2.34."""
PACKAGES = ("services", "db")
LEFT_OUT = ("services/devstack", "services/cli")
LARGEST_BYTES = 262_144_000
"""Unzipped: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""
LONG_AGO = (1980, 1, 1, 0, 0, 0)
IMPORT = """
import sys
sys.path.insert(0, sys.argv[1])
from services.workers.lambda_handler import lambda_handler, timer_handler
loaded = [m.__file__ for m in sys.modules.values() if "site-packages" in (getattr(m, "__file__", None) or "")]
sys.exit(f"imported from outside the package: {loaded[0]}" if loaded else 0)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description="Build the package of the Lambda functions.")
    parser.add_argument("--python", default=RUNTIME, help=f"its version of Python, {RUNTIME} by default")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "huntaze-lambda.zip")
    given = parser.parse_args()
    size = build(given.out, given.python)
    print(f"{given.out}: {given.out.stat().st_size / 1e6:.0f} MB, {size / 1e6:.0f} MB unzipped, Python {given.python}")
    print(check(given.out, given.python))


def build(out: Path, version: str) -> int:
    """Write the package; gives its bytes when unzipped. Ends the program where that is too much for Lambda."""
    with tempfile.TemporaryDirectory(prefix="huntaze-lambda-") as name:
        tree = Path(name)
        _install(tree, version)
        for package in PACKAGES:
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / package, tree / package, ignore=ignored)
        for part in LEFT_OUT:
            shutil.rmtree(tree / part)
        _compile(tree, version)
        files = sorted(path for path in tree.rglob("*") if path.is_file())
        size = sum(path.stat().st_size for path in files)
        if size > LARGEST_BYTES:
            sys.exit(f"The package has {size} bytes unzipped, Lambda takes {LARGEST_BYTES}.")
        _zip(tree, files, out)
    return size


def check(package: Path, version: str) -> str:
    """Import the handlers with nothing but the package on the path; says with which Python that was done."""
    here = f"{sys.version_info.major}.{sys.version_info.minor}"
    interpreter = sys.executable if version == here else _interpreter(version)
    with tempfile.TemporaryDirectory(prefix="huntaze-lambda-") as name:
        folder = Path(name)
        if interpreter is None:
            package = folder / "here.zip"
            build(package, here)
        with zipfile.ZipFile(package) as archive:
            archive.extractall(folder / "tree")
        command = (interpreter or sys.executable, "-I", "-S", "-c", IMPORT, str(folder / "tree"))
        subprocess.run(command, cwd=folder, check=True)
    same = "" if interpreter else f", from the same package for it, because there is no Python {version} here"
    return f"its handlers are imported by Python {version if interpreter else here}{same}"


def _interpreter(version: str) -> str | None:
    """A Python of this version on the path that works; version managers leave names there that do not."""
    found = shutil.which(f"python{version}")
    works = found and subprocess.run((found, "-c", ""), check=False, stderr=subprocess.DEVNULL).returncode == 0
    return found if works else None


def _install(tree: Path, version: str) -> None:
    install = (sys.executable, "-m", "uv", "pip", "install", "--quiet", "--no-deps", "--require-hashes")
    wheels = ("--only-binary", ":all:", "--python-version", version, "--python-platform", PLATFORM)
    subprocess.run((*install, *wheels, "--target", str(tree), "-r", str(ROOT / "requirements.txt")), check=True)
    shutil.rmtree(tree / "bin", ignore_errors=True)
    (tree / ".lock").unlink(missing_ok=True)


def _compile(tree: Path, version: str) -> None:
    """Lambda cannot keep what it compiles, so a start without this compiles everything."""
    if interpreter := _interpreter(version):
        command = (interpreter, "-m", "compileall", "-q", "-j", "0", "--invalidation-mode", "unchecked-hash", str(tree))
        subprocess.run(command, check=False)


def _zip(tree: Path, files: list[Path], out: Path) -> None:
    """The same content gives the same file."""
    out.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in files:
            entry = zipfile.ZipInfo(path.relative_to(tree).as_posix(), LONG_AGO)
            entry.external_attr, entry.compress_type = 0o644 << 16, zipfile.ZIP_DEFLATED
            archive.writestr(entry, path.read_bytes())


if __name__ == "__main__":
    main()
