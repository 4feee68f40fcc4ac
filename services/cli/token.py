"""`token`: prints a JWT for a user, for trying things out and for scripts."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import jwt

from services.devstack.failure import StartFailure
from services.devstack.given import data_dir, given
from services.devstack.secrets import read_secrets

DEFAULT_HOURS = 12.0


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser("token", help="print a token that signs a user in")
    parser.add_argument("--user", required=True, help="the subject: who is signed in")
    parser.add_argument("--act", help="who acts for the user, such as a member of her agency")
    parser.add_argument("--hours", type=float, default=DEFAULT_HOURS, help="lifetime (default: %(default)g)")
    parser.add_argument("--issuer", help="the issuer (default: JWT_ISSUER)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    print(
        mint(
            os.environ,
            user=arguments.user,
            now=datetime.now(UTC),
            hours=arguments.hours,
            act=arguments.act,
            issuer=arguments.issuer,
        )
    )
    return 0


def mint(
    environ: Mapping[str, str],
    *,
    user: str,
    now: datetime,
    hours: float = DEFAULT_HOURS,
    act: str | None = None,
    issuer: str | None = None,
) -> str:
    """An HS256 token of JWT_SECRET, valid from `now` for so many hours. Raises StartFailure without a secret."""
    claims: dict[str, object] = {"sub": user, "iat": now, "exp": now + timedelta(hours=hours)}
    optional = {
        "iss": issuer or given(environ, "JWT_ISSUER"),
        "aud": given(environ, "JWT_AUDIENCE"),
        "act": {"sub": act} if act else None,
    }
    claims |= {name: value for name, value in optional.items() if value is not None}
    return jwt.encode(claims, _secret(environ), algorithm="HS256")


def _secret(environ: Mapping[str, str]) -> str:
    """The one that is given, else the one that `make run` has made in DATA_DIR."""
    secret = given(environ, "JWT_SECRET") or read_secrets(data_dir(environ)).get("JWT_SECRET")
    if not secret:
        raise StartFailure("There is no secret to sign with: set JWT_SECRET, or run `make run` once.")
    return secret
