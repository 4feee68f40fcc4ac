"""An embedded SQS, with CloudWatch beside it: moto's server in a thread. Its queues live in memory.

Nothing is lost with them: the rows in PostgreSQL are the truth, and the sweeper finds those that were never queued.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from typing import Any

import httpx
from moto.server import ThreadedMotoServer

from services.devstack.ports import LOOPBACK

QUEUE_NAME = "rate-limiter"
MAX_RECEIVES = 5
VISIBILITY_TIMEOUT_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Queues:
    """The addresses of a queue and its dead-letter queue."""

    queue_url: str
    dead_letter_url: str


class EmbeddedSqs:
    """moto's server on a free port of 127.0.0.1."""

    def __init__(self) -> None:
        self._server = ThreadedMotoServer(LOOPBACK, 0, verbose=False)

    def start(self) -> str:
        """Returns the endpoint for SQS and CloudWatch alike."""
        logging.getLogger("werkzeug").setLevel(logging.WARNING)
        self._server.start()
        host, port = self._server.get_host_and_port()
        return f"http://{host}:{port}"

    def stop(self) -> None:
        self._server.stop()


async def create_queues(http: httpx.AsyncClient, endpoint: str, region: str, name: str = QUEUE_NAME) -> Queues:
    """Make a queue whose messages go to `<name>-dlq` after five receives. Made twice it stays the same queue."""
    dead_letter_url = await _create(http, endpoint, region, f"{name}-dlq", {})
    request = {"QueueUrl": dead_letter_url, "AttributeNames": ["QueueArn"]}
    attributes = await _call(http, endpoint, region, "GetQueueAttributes", request)
    redrive = {"deadLetterTargetArn": attributes["Attributes"]["QueueArn"], "maxReceiveCount": MAX_RECEIVES}
    timeout = str(VISIBILITY_TIMEOUT_SECONDS)
    wanted = {"VisibilityTimeout": timeout, "RedrivePolicy": json.dumps(redrive)}
    return Queues(await _create(http, endpoint, region, name, wanted), dead_letter_url)


async def delete_queues(http: httpx.AsyncClient, endpoint: str, region: str, queues: Queues) -> None:
    """Remove both queues with what is in them; other queues of the server stay."""
    for url in (queues.queue_url, queues.dead_letter_url):
        await _call(http, endpoint, region, "DeleteQueue", {"QueueUrl": url})


async def _create(http: httpx.AsyncClient, endpoint: str, region: str, name: str, attributes: dict[str, str]) -> str:
    request = {"QueueName": name, "Attributes": attributes}
    answer = await _call(http, endpoint, region, "CreateQueue", request)
    return str(answer["QueueUrl"])


async def _call(
    http: httpx.AsyncClient, endpoint: str, region: str, action: str, request: dict[str, Any]
) -> dict[str, Any]:
    """One call of SQS' JSON protocol. moto reads service and region from the signature, and checks nothing else."""
    scope = f"embedded/20260101/{region}/sqs/aws4_request"
    headers = {
        "X-Amz-Target": f"AmazonSQS.{action}",
        "Content-Type": "application/x-amz-json-1.0",
        "Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=unsigned",
    }
    response = await http.post(endpoint, content=json.dumps(request), headers=headers)
    response.raise_for_status()
    answer: dict[str, Any] = response.json() if response.content else {}
    return answer
