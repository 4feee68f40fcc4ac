from __future__ import annotations

from services.devstack.product import API_GRACE_SECONDS, WORKER_GRACE_SECONDS, environment
from services.devstack.stores import DUMMY_CREDENTIALS

SECRETS = {"JWT_SECRET": "j", "CREDENTIALS_KEYS": "c", "DEMO_API_KEY": "d", "DEMO_WEBHOOK_SECRET": "w"}


def test_the_processes_get_what_they_need_and_no_demo_secret() -> None:
    assert environment({"PATH": "/bin"}, {"DATABASE_URL": "db"}, SECRETS, 8123) == {
        "PATH": "/bin",
        "DATABASE_URL": "db",
        "JWT_SECRET": "j",
        "CREDENTIALS_KEYS": "c",
        "GRAPHQL_INTROSPECTION": "true",
        "STATEMENT_GUARD": "true",
        "ALLOWED_ORIGINS": "http://127.0.0.1:8123,http://localhost:8123",
        "HOST": "127.0.0.1",
        "PORT": "8123",
        "PUBLIC_URL": "http://127.0.0.1:8123",
        "PYTHONUNBUFFERED": "1",
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
    }


def test_what_the_caller_sets_wins_over_defaults_but_not_over_the_stores() -> None:
    caller = {"JWT_SECRET": "own", "GRAPHQL_INTROSPECTION": "false", "REDIS_AUTH_TOKEN": "stale", "NO_PROXY": "x"}
    made = environment(caller, {"REDIS_AUTH_TOKEN": "embedded"}, SECRETS, 8000)
    assert (made["JWT_SECRET"], made["GRAPHQL_INTROSPECTION"]) == ("own", "false")
    assert (made["REDIS_AUTH_TOKEN"], made["NO_PROXY"]) == ("embedded", "x,127.0.0.1,localhost")


def test_a_secret_given_as_a_file_is_not_shadowed() -> None:
    made = environment({"JWT_SECRET_FILE": "/run/secret"}, {}, SECRETS, 8000)
    assert "JWT_SECRET" not in made
    assert made["CREDENTIALS_KEYS"] == "c"


def test_a_profile_of_the_caller_does_not_reach_the_embedded_queue() -> None:
    made = environment({"AWS_PROFILE": "work", "AWS_SESSION_TOKEN": "t"}, DUMMY_CREDENTIALS, SECRETS, 8000)
    assert {name: value for name, value in made.items() if name.startswith("AWS_")} == {
        "AWS_ACCESS_KEY_ID": "embedded",
        "AWS_SECRET_ACCESS_KEY": "embedded",
    }


def test_the_processes_leave_the_stores_time_to_end_within_fifteen_seconds() -> None:
    assert max(API_GRACE_SECONDS, WORKER_GRACE_SECONDS) <= 11
