"""The processes of the product, and the environment they are given by an embedded start."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from services.devstack.ports import LOOPBACK
from services.devstack.supervisor import Program
from services.runtime.serving import uvicorn_arguments

# The API and the worker may finish what is under way; with the stores after them all of it ends within 15 s.
API_GRACE_SECONDS = 8.0
WORKER_GRACE_SECONDS = 11.0
SHARED_SECRETS = ("JWT_SECRET", "CREDENTIALS_KEYS")


def environment(
    environ: Mapping[str, str], stores: Mapping[str, str], secrets: Mapping[str, str], port: int
) -> dict[str, str]:
    """What the processes see: the caller's environment first, then what the embedded start adds to it."""
    origins = f"http://{LOOPBACK}:{port},http://localhost:{port}"
    defaults = {
        "GRAPHQL_INTROSPECTION": "true",
        "STATEMENT_GUARD": "true",
        "ALLOWED_ORIGINS": origins,
        "PUBLIC_URL": f"http://{LOOPBACK}:{port}",
        **{name: secrets[name] for name in SHARED_SECRETS if not environ.get(f"{name}_FILE")},
    }
    fixed = {"PORT": str(port), "HOST": LOOPBACK, "PYTHONUNBUFFERED": "1", **_no_proxy(environ)}
    complete = {**defaults, **_named(environ), **stores, **fixed}
    return _named(complete)


def _named(environ: Mapping[str, str]) -> dict[str, str]:
    """An empty variable is one that is not set."""
    return {name: value for name, value in environ.items() if value}


def _no_proxy(environ: Mapping[str, str]) -> dict[str, str]:
    """A proxy of the caller's must not stand between our own processes."""
    given = environ.get("NO_PROXY") or environ.get("no_proxy")
    excepted = ",".join(filter(None, (given, LOOPBACK, "localhost")))
    return {"NO_PROXY": excepted, "no_proxy": excepted}


def api(environ: Mapping[str, str], port: int) -> Program:
    command = (
        *(sys.executable, "-m", "uvicorn", "server:app"),
        *("--host", LOOPBACK, "--port", str(port)),
        *("--timeout-graceful-shutdown", "5", *uvicorn_arguments()),
        *("--no-access-log", "--no-server-header", "--lifespan", "on"),
    )
    return Program("api", command, environ, API_GRACE_SECONDS)


def worker(environ: Mapping[str, str]) -> Program:
    return Program("worker", (sys.executable, "-m", "services.workers"), environ, WORKER_GRACE_SECONDS)


def sandbox(environ: Mapping[str, str], port: int, accounts: Path) -> Program:
    command = (
        *(sys.executable, "-m", "services.cli", "sandbox"),
        *("--host", LOOPBACK, "--port", str(port), "--accounts", str(accounts)),
    )
    return Program("sandbox", command, environ, grace_seconds=2)
