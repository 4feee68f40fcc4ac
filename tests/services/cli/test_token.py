from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jwt
import pytest

from services.cli.token import mint
from services.devstack.failure import StartFailure
from services.devstack.secrets import ensure_secrets
from services.devstack.supervisor import ROOT

SECRET = "a secret of more than thirty-two bytes"
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def _claims(token: str, secret: str = SECRET) -> dict[str, Any]:
    claims: dict[str, Any] = jwt.decode(
        token,
        secret,
        algorithms=["HS256"],
        options={"verify_exp": False, "verify_iat": False, "verify_aud": False},
    )
    return claims


def test_a_token_names_its_user_and_its_time() -> None:
    token = mint({"JWT_SECRET": SECRET}, user="ana", now=NOW, hours=2)
    issued = int(NOW.timestamp())
    assert _claims(token) == {"sub": "ana", "iat": issued, "exp": issued + 7200}


def test_issuer_audience_and_actor_are_named_where_they_are_known() -> None:
    environ = {"JWT_SECRET": SECRET, "JWT_ISSUER": "https://issuer", "JWT_AUDIENCE": "crm"}
    claims = _claims(mint(environ, user="ana", now=NOW, act="ben"))
    assert (claims["iss"], claims["aud"], claims["act"]) == ("https://issuer", "crm", {"sub": "ben"})
    assert _claims(mint(environ, user="ana", now=NOW, issuer="other"))["iss"] == "other"


def test_beside_make_run_the_embedded_secret_signs(tmp_path: Path) -> None:
    made = ensure_secrets(tmp_path)
    token = mint({"DATA_DIR": str(tmp_path)}, user="ana", now=NOW)
    assert _claims(token, made["JWT_SECRET"])["sub"] == "ana"


def test_a_secret_that_is_given_comes_before_the_embedded_one(tmp_path: Path) -> None:
    ensure_secrets(tmp_path)
    (tmp_path / "mounted").write_text(f"{SECRET}\n")
    environ = {"DATA_DIR": str(tmp_path), "JWT_SECRET_FILE": str(tmp_path / "mounted")}
    assert _claims(mint(environ, user="ana", now=NOW))["sub"] == "ana"


def test_without_a_secret_it_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(StartFailure, match="set JWT_SECRET, or run `make run` once"):
        mint({"DATA_DIR": str(tmp_path)}, user="ana", now=NOW)
    assert list(tmp_path.iterdir()) == []


def _run(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("JWT_")}
    return subprocess.run(
        [sys.executable, "-m", "services.cli", *arguments],
        cwd=ROOT,
        env={**clean, **environ},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_command_prints_the_token_and_nothing_else() -> None:
    ended = _run("token", "--user", "ana", "--act", "ben", "--hours", "1", JWT_SECRET=SECRET)
    assert (ended.returncode, ended.stderr, ended.stdout.count("\n")) == (0, "", 1)
    claims = _claims(ended.stdout.strip())
    assert (claims["sub"], claims["act"], claims["exp"] - claims["iat"]) == ("ana", {"sub": "ben"}, 3600)


def test_a_failure_is_one_line_without_a_traceback(tmp_path: Path) -> None:
    ended = _run("token", "--user", "ana", DATA_DIR=str(tmp_path))
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == "There is no secret to sign with: set JWT_SECRET, or run `make run` once.\n"


def test_without_a_command_it_lists_them() -> None:
    ended = _run("--help")
    assert all(f"    {name}" in ended.stdout for name in ("dev", "migrate", "sandbox", "token"))
