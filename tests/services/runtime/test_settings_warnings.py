from __future__ import annotations

import pytest

from services.runtime.settings import SHARED_WORDS, Settings, warnings

REQUIRED = {
    "DATABASE_URL": "postgresql://localhost/test",
    "REDIS_ENDPOINT": "localhost:6379",
    "SQS_RATE_LIMITER_QUEUE_URL": "http://localhost/queue",
    "SQS_RATE_LIMITER_DLQ_URL": "http://localhost/dead-letters",
    "JWT_SECRET": "s" * 32,
    "CREDENTIALS_KEYS": "a key",
}
SETTINGS = Settings.from_environment(REQUIRED)
NAMES = sorted(field.upper() for field in Settings.model_fields)
OURS = [name for name in NAMES if "_" in name and name.partition("_")[0] not in SHARED_WORDS]


def test_a_complete_environment_is_warned_of_nothing() -> None:
    given = dict.fromkeys([*NAMES, *(f"{name}_FILE" for name in NAMES)], "")
    assert warnings(SETTINGS, given) == []


@pytest.mark.parametrize("name", OURS)
def test_a_misspelt_setting_is_named(name: str) -> None:
    assert warnings(SETTINGS, {f"{name}X": "1"}) == [f"{name}X is not a setting of this product"]


@pytest.mark.parametrize(
    "name",
    ["AWS_LAMBDA_FUNCTION_NAME", "LOG_GROUP", "DATA_HOME", "HOSTNAME", "HOST_NAME", "PORT_RANGE", "PATH", "LIVE_X"],
)
def test_a_variable_of_other_programs_is_not(name: str) -> None:
    assert warnings(SETTINGS, {name: "1"}) == []


@pytest.mark.parametrize(
    ("missing", "sentence"),
    [
        ("JWT_SECRET", "neither JWT_SECRET nor JWT_JWKS_URL is set: nobody can sign in"),
        ("CREDENTIALS_KEYS", "CREDENTIALS_KEYS is not set: no account can be connected and nothing can be sent"),
        ("SQS_RATE_LIMITER_DLQ_URL", "SQS_RATE_LIMITER_DLQ_URL is not set: dead letters cannot be counted"),
    ],
)
def test_what_is_missing_is_named(missing: str, sentence: str) -> None:
    given = {name: value for name, value in REQUIRED.items() if name != missing}
    assert warnings(Settings.from_environment(given), given) == [sentence]
