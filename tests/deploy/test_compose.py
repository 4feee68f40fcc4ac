"""docker-compose.yml, as far as it can be read without an engine: it hangs together and suits our settings."""

from __future__ import annotations

import json
import re
import subprocess
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml  # type: ignore[import-untyped]
from cryptography.fernet import Fernet

from services.devstack import sqs
from services.runtime.settings import Settings, warnings
from tests.sources import ROOT, kept_files

CONTAINER = ROOT / "deploy" / "container"
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if service.get("image") == "huntaze-crm"}
OF_AWS = {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}
OF_POSTGRES = {"POSTGRES_PASSWORD"}
SETTINGS = {name.upper() for name in Settings.model_fields}
ELASTICMQ_INCLUDE = 'include classpath("application.conf")\n'
FIRST_WITH_FAIR_QUEUES = (1, 6, 14)


@pytest.fixture(scope="module")
def made_secrets() -> dict[str, str]:
    """What `make-secrets` prints, as compose reads an env file."""
    done = subprocess.run(CONTAINER / "make-secrets", capture_output=True, text=True, check=True)
    return dict(line.split("=", 1) for line in done.stdout.splitlines())


def test_every_process_is_there_on_every_real_part() -> None:
    assert set(SERVICES) == {"postgres", "valkey", "elasticmq", "cloudwatch", "migrate", "api", "worker", "sandbox"}
    assert set(OURS) == {"migrate", "api", "worker", "sandbox"}


def test_the_names_it_gives_are_names_of_settings(made_secrets: dict[str, str]) -> None:
    for service in OURS.values():
        assert set(service["environment"]) <= SETTINGS | OF_AWS
    assert set(made_secrets) <= SETTINGS | OF_POSTGRES


def test_the_settings_are_complete(made_secrets: dict[str, str]) -> None:
    """A process of ours starts with them, and warns of nothing."""
    given = made_secrets | {name: _filled_in(value) for name, value in SERVICES["api"]["environment"].items()}
    settings = Settings.from_environment(given)
    assert warnings(settings, given) == []
    assert settings.sandbox_api_base_url is None
    assert settings.graphql_introspection is False
    Fernet(made_secrets["CREDENTIALS_KEYS"])


def test_addresses_name_services(made_secrets: dict[str, str]) -> None:
    given = {**SERVICES["api"]["environment"], **made_secrets}
    names = ("REDIS_ENDPOINT", "AWS_ENDPOINT_URL_SQS", "AWS_ENDPOINT_URL_CLOUDWATCH", "DATABASE_URL")
    hosts = {urlsplit(given[name]).hostname for name in names}
    assert hosts == {"valkey", "elasticmq", "cloudwatch", "postgres"}
    assert hosts <= set(SERVICES)


def test_each_is_started_after_what_it_needs() -> None:
    for service in SERVICES.values():
        assert set(service.get("depends_on", {})) <= set(SERVICES)
    for name in ("api", "worker"):
        waits = {part: each["condition"] for part, each in SERVICES[name]["depends_on"].items()}
        assert waits["migrate"] == "service_completed_successfully"
    assert SERVICES["migrate"]["depends_on"]["postgres"]["condition"] == "service_healthy"
    assert SERVICES["migrate"]["restart"] == "no"


def test_who_is_waited_for_in_health_has_a_health_check() -> None:
    for service in SERVICES.values():
        for part, each in service.get("depends_on", {}).items():
            assert each["condition"] != "service_healthy" or "test" in SERVICES[part]["healthcheck"]


def test_nothing_hinders_several_of_api_and_worker() -> None:
    for name in ("api", "worker"):
        assert "container_name" not in SERVICES[name]
    [ports] = SERVICES["api"]["ports"]
    assert re.fullmatch(r"127\.0\.0\.1:\d+-\d+:8000", ports)
    assert not any("ports" in service for name, service in SERVICES.items() if name != "api")


def test_commands_are_those_that_there_are() -> None:
    assert SERVICES["migrate"]["command"] == ["python", "-m", "services.cli", "migrate"]
    assert SERVICES["worker"]["command"] == ["python", "-m", "services.workers"]
    for service in OURS.values():
        command = service.get("command", ["python", "-m", "server"])
        assert any((ROOT / command[2].replace(".", "/")).with_suffix(suffix).exists() for suffix in ("", ".py"))


def test_our_containers_may_do_little() -> None:
    for service in OURS.values():
        assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])


def test_every_image_has_a_version() -> None:
    images = {service["image"] for service in SERVICES.values()} - {"huntaze-crm"}
    assert {image for image in images if not re.fullmatch(r"[a-z/-]+:\d[\d.]*", image)} == set()


def test_postgres_18_keeps_its_tables_on_the_volume() -> None:
    """Since 18 the image wants the volume one folder higher."""
    assert SERVICES["postgres"]["image"] == "postgres:18"
    assert SERVICES["postgres"]["volumes"] == ["postgres:/var/lib/postgresql"]
    assert "postgres" in COMPOSE["volumes"]


def test_moto_is_the_one_of_the_lock_file() -> None:
    locked = re.search(r"^moto==([\d.]+)", (ROOT / "requirements-dev.txt").read_text(), re.MULTILINE)
    assert locked is not None
    assert SERVICES["cloudwatch"]["image"] == f"motoserver/moto:{locked[1]}"


def test_elasticmq_is_new_enough_for_message_groups() -> None:
    version = SERVICES["elasticmq"]["image"].rpartition(":")[2]
    assert tuple(map(int, version.split("."))) >= FIRST_WITH_FAIR_QUEUES


def test_elasticmq_makes_the_queues_that_the_settings_name() -> None:
    """Its configuration is an include and JSON without the outer braces, which its language (HOCON) takes."""
    text = (CONTAINER / "elasticmq.conf").read_text()
    assert text.startswith(ELASTICMQ_INCLUDE)
    read = json.loads("{" + text.removeprefix(ELASTICMQ_INCLUDE) + "}")
    address = read["node-address"]
    base = f"{address['protocol']}://{address['host']}:{address['port']}/{read['aws']['accountId']}"
    given = SERVICES["api"]["environment"]
    [(name, queue)] = [(name, queue) for name, queue in read["queues"].items() if "deadLettersQueue" in queue]
    assert given["SQS_RATE_LIMITER_QUEUE_URL"] == f"{base}/{name}"
    assert given["SQS_RATE_LIMITER_DLQ_URL"] == f"{base}/{queue['deadLettersQueue']['name']}"
    assert queue["deadLettersQueue"]["name"] in read["queues"]
    assert queue["deadLettersQueue"]["maxReceiveCount"] == sqs.MAX_RECEIVES
    assert queue["defaultVisibilityTimeout"] == f"{sqs.VISIBILITY_TIMEOUT_SECONDS} seconds"
    assert read["aws"]["region"] == given["AWS_REGION"]
    assert given["AWS_ENDPOINT_URL_SQS"].endswith(f":{read['rest-sqs']['bind-port']}")


def test_mounted_files_are_there() -> None:
    mounts = [mount.split(":") for service in SERVICES.values() for mount in service.get("volumes", [])]
    assert [source for source, *_ in mounts if source.startswith(".") and not (ROOT / source).is_file()] == []


def test_no_secret_is_kept_in_the_repository(made_secrets: dict[str, str]) -> None:
    """They come from a file that git ignores, and are new each time they are made."""
    for service in OURS.values():
        assert service["env_file"] == ["deploy/container/secrets.env"]
        assert not set(service["environment"]) & set(made_secrets)
    ignored = subprocess.run(("git", "check-ignore", "-q", CONTAINER / "secrets.env"), cwd=ROOT, check=False)
    assert ignored.returncode == 0
    assert [path for path in kept_files() if path.name.endswith(".env")] == []
    again = subprocess.run(CONTAINER / "make-secrets", capture_output=True, text=True, check=True).stdout
    assert not [value for value in made_secrets.values() if value in again]


def _filled_in(value: str) -> str:
    """`${NAME:-default}` as compose reads it where NAME is not set."""
    return re.sub(r"\$\{[A-Z_]+:-([^}]*)\}", r"\1", str(value))
