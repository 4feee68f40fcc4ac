"""The CloudFormation template: cfn-lint has nothing to say, a server makes the stack, and it fits the product.

moto's server makes neither alarms, queue policies nor settings of asynchronous invocations from a template. The alarms
are put there one by one with the very properties of the template; the other two are read from it.
"""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
import uuid
import zipfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from deploy.aws import package
from services.devstack.sqs import MAX_RECEIVES
from services.devstack.stores import DUMMY_CREDENTIALS
from services.monitoring.metrics import Metric
from services.runtime.aws import Clients
from services.runtime.settings import Settings
from services.workers.deadline import Deadline
from tests.deploy.test_image import DEV_PARTS, WITHOUT_DEV_PARTS
from tests.sources import ROOT

TEMPLATE = ROOT / "deploy" / "aws" / "huntaze.yaml"
TEXT = TEMPLATE.read_text()
Template: Any = type("Template", (yaml.SafeLoader,), {})
"""YAML with the short forms of CloudFormation's functions."""


def _function(loader: Any, name: str, node: Any) -> dict[str, Any]:
    if isinstance(node, yaml.SequenceNode):
        return {f"Fn::{name}": loader.construct_sequence(node, deep=True)}
    value = node.value
    return {"Ref": value} if name == "Ref" else {f"Fn::{name}": value.split(".") if name == "GetAtt" else value}


Template.add_multi_constructor("!", _function)
TOLD: dict[str, dict[str, Any]] = yaml.load(TEXT, Template)
RESOURCES, PARAMETERS = TOLD["Resources"], TOLD["Parameters"]
FUNCTIONS = ("WorkerFunction", "TimerFunction")
ALARMS = [name for name, each in RESOURCES.items() if each["Type"] == "AWS::CloudWatch::Alarm"]
GIVEN = {
    "CodeBucket": "code",
    "CodeKey": "huntaze-lambda.zip",
    "RedisEndpoint": "rediss://redis.example.com:6379",
    "AlarmTopicArn": "arn:aws:sns:us-east-1:123456789012:alarms",
}
PATIENCE = 60.0
SERVICES = ("cloudformation", "cloudwatch", "events", "iam", "lambda", "logs", "s3", "sqs")


def properties(name: str) -> dict[str, Any]:
    found: dict[str, Any] = RESOURCES[name]["Properties"]
    return found


class Stack:
    """The stack on the server, and a client for each service."""

    def __init__(self, clients: Clients, name: str) -> None:
        self.clients = clients
        self.name = name
        self.resources: dict[str, str] = {}

    async def make(self) -> None:
        given = [{"ParameterKey": key, "ParameterValue": value} for key, value in GIVEN.items()]
        cloudformation = self.clients["cloudformation"]
        await cloudformation.create_stack(
            StackName=self.name, TemplateBody=TEXT, Parameters=given, Capabilities=["CAPABILITY_IAM"]
        )
        [stack] = (await cloudformation.describe_stacks(StackName=self.name))["Stacks"]
        assert stack["StackStatus"] == "CREATE_COMPLETE"
        listed = (await cloudformation.describe_stack_resources(StackName=self.name))["StackResources"]
        # What the server cannot make is an empty line in its list.
        made = [each for each in listed if each.keys() >= {"LogicalResourceId", "PhysicalResourceId"}]
        self.resources = {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in made}
        self.outputs = {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}


@pytest.fixture
async def stack(sqs_endpoint: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stack]:
    for name, value in DUMMY_CREDENTIALS.items():
        monkeypatch.setenv(name, value) if value else monkeypatch.delenv(name, raising=False)
    wanted = {service: (service, sqs_endpoint, PATIENCE) for service in SERVICES}
    async with AsyncExitStack() as opened:
        clients = await opened.enter_async_context(Clients("us-east-1", wanted, PATIENCE))
        await clients["s3"].create_bucket(Bucket="code")
        code = io.BytesIO()
        with zipfile.ZipFile(code, "w") as archive:
            archive.writestr("empty", "")
        await clients["s3"].put_object(Bucket="code", Key=GIVEN["CodeKey"], Body=code.getvalue())
        stack = Stack(clients, f"huntaze-{uuid.uuid4().hex[:8]}")
        await stack.make()
        yield stack
        await clients["cloudformation"].delete_stack(StackName=stack.name)


def complaints(template: Path) -> list[str]:
    from cfnlint.api import lint_file  # it brings a whole algebra system, which takes many seconds

    return [str(match) for match in lint_file(template)]


def test_cfn_lint_has_nothing_to_say() -> None:
    assert complaints(TEMPLATE) == []


def test_cfn_lint_would_say_something(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(
        TEXT.replace("maxReceiveCount: 5", "maxReceiveCount: many").replace("BatchSize: 10", "BatchSize: -1")
    )
    assert len(complaints(wrong)) >= 1


async def test_a_server_makes_queues_functions_and_their_wiring(stack: Stack) -> None:
    clients, made = stack.clients, stack.resources
    wanted = ["QueueArn", "VisibilityTimeout", "RedrivePolicy", "SqsManagedSseEnabled"]

    async def attributes(queue_url: str) -> dict[str, str]:
        answer = await clients["sqs"].get_queue_attributes(QueueUrl=queue_url, AttributeNames=wanted)
        return dict(answer["Attributes"])

    queue = await attributes(stack.outputs["QueueUrl"])
    dead = await attributes(stack.outputs["DeadLetterQueueUrl"])
    redrive = json.loads(queue["RedrivePolicy"])
    assert (redrive["deadLetterTargetArn"], int(redrive["maxReceiveCount"])) == (dead["QueueArn"], MAX_RECEIVES)
    assert queue["VisibilityTimeout"] == "360"
    assert "RedrivePolicy" not in dead

    worker = (await clients["lambda"].get_function(FunctionName=made["WorkerFunction"]))["Configuration"]
    assert (worker["Handler"], worker["Timeout"]) == ("services.workers.lambda_handler.lambda_handler", 60)
    environment = worker["Environment"]["Variables"]
    assert environment["SQS_RATE_LIMITER_QUEUE_URL"] == stack.outputs["QueueUrl"]
    assert environment["SQS_RATE_LIMITER_DLQ_URL"] == stack.outputs["DeadLetterQueueUrl"]
    [mapping] = (await clients["lambda"].list_event_source_mappings())["EventSourceMappings"]
    assert (mapping["EventSourceArn"], mapping["BatchSize"]) == (queue["QueueArn"], 10)
    assert mapping["FunctionArn"].endswith(f":{made['WorkerFunction']}")
    timer = (await clients["lambda"].get_function(FunctionName=made["TimerFunction"]))["Configuration"]
    assert timer["Handler"] == "services.workers.lambda_handler.timer_handler"
    [target] = (await clients["events"].list_targets_by_rule(Rule=made["TimerSchedule"]))["Targets"]
    assert target["Arn"] == timer["FunctionArn"]
    groups = (await clients["logs"].describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{stack.name}"))["logGroups"]
    assert {group["logGroupName"]: group["retentionInDays"] for group in groups} == {
        f"/aws/lambda/{made['WorkerFunction']}": 30,
        f"/aws/lambda/{made['TimerFunction']}": 30,
    }


def _resolved(stack: Stack, value: Any) -> Any:
    """The template's functions that alarms use, with what the server made."""
    if isinstance(value, list):
        return [_resolved(stack, each) for each in value]
    if not isinstance(value, dict):
        return value
    if "Ref" in value:
        return (
            GIVEN.get(value["Ref"]) or PARAMETERS.get(value["Ref"], {}).get("Default") or stack.resources[value["Ref"]]
        )
    if "Fn::GetAtt" in value:
        assert ".".join(value["Fn::GetAtt"]) == "DeadLetterQueue.QueueName"
        return f"{stack.name}-rate-limiter-dlq"
    if "Fn::If" in value:
        return _resolved(stack, value["Fn::If"][1])
    return {key: _resolved(stack, each) for key, each in value.items()}


async def test_cloudwatch_takes_every_alarm(stack: Stack) -> None:
    for name in ALARMS:
        alarm = _resolved(stack, properties(name))
        await stack.clients["cloudwatch"].put_metric_alarm(AlarmName=f"{stack.name}-{name}", **alarm)

    found = (await stack.clients["cloudwatch"].describe_alarms(AlarmNamePrefix=stack.name))["MetricAlarms"]
    by_name = {alarm["AlarmName"].removeprefix(f"{stack.name}-"): alarm for alarm in found}
    assert {name: alarm["Threshold"] for name, alarm in by_name.items()} == {
        "QueueDepthAlarm": 100,
        "DeadLettersAlarm": 10,
        "FailureRateAlarm": 5,
        "ConsumerErrorsAlarm": 10,
    }
    assert all(alarm["ComparisonOperator"] == "GreaterThanThreshold" for alarm in found)
    assert all(alarm["AlarmActions"] == alarm["OKActions"] == [GIVEN["AlarmTopicArn"]] for alarm in found)
    assert by_name["DeadLettersAlarm"]["Dimensions"][0]["Value"] == f"{stack.name}-rate-limiter-dlq"
    assert by_name["ConsumerErrorsAlarm"]["Metrics"][0]["Expression"].count("FILL") == 3


def test_alarms_look_at_the_metrics_that_are_published() -> None:
    watched = set(re.findall(r"MetricName: (OnlyFans\w+)", TEXT))
    assert watched == {Metric.DEPTH, Metric.FAILED, Metric.PROCESSED, Metric.CONSUMER_ERRORS}
    assert PARAMETERS["MetricsNamespace"]["Default"] == Settings.model_fields["cloudwatch_namespace"].default


def test_failed_records_alone_come_again_and_the_queue_waits_long_enough() -> None:
    events = properties("WorkerEvents")
    assert events["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert events["BatchSize"] <= 10
    assert PARAMETERS["VisibilitySeconds"]["Default"] >= 6 * PARAMETERS["TimeoutSeconds"]["Default"]
    assert PARAMETERS["VisibilitySeconds"]["MinValue"] >= 6 * PARAMETERS["TimeoutSeconds"]["MinValue"]
    assert properties("TimerOnce")["MaximumRetryAttempts"] == 0


def test_the_shortest_timeout_leaves_time_to_send() -> None:
    deadline = Deadline(Settings.model_fields["platform_timeout_seconds"].default)
    deadline.begin(lambda: PARAMETERS["TimeoutSeconds"]["MinValue"])
    assert deadline.seconds_to_claim >= 5


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_is_given_settings_and_no_secret(function: str) -> None:
    variables = properties(function)["Environment"]["Variables"]
    known = {name.upper(): field for name, field in Settings.model_fields.items()}
    assert set(variables) <= set(known)
    assert {name for name, field in known.items() if field.is_required()} <= set(variables)
    secret = {name for name in variables if "SecretStr" in str(known[name].annotation)}
    assert secret == {"DATABASE_URL", "REDIS_AUTH_TOKEN", "CREDENTIALS_KEYS"}
    for name in secret:
        resolved = f"{{{{resolve:secretsmanager:${{SecretName}}:SecretString:{name}}}}}"
        assert variables[name] == {"Fn::Sub": resolved}


def test_a_handler_is_there_for_each_function_and_runs_on_the_packages_python() -> None:
    for name in FUNCTIONS:
        module, _, handler = properties(name)["Handler"].rpartition(".")
        assert callable(getattr(import_module(module), handler))
        assert properties(name)["Runtime"] == f"python{package.RUNTIME}"


def test_no_role_may_do_more_than_its_function_does() -> None:
    worker, timer = properties("WorkerRole"), properties("TimerRole")
    assert _actions(worker) == {
        "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility",
        "logs:CreateLogStream", "logs:PutLogEvents",
    }  # fmt: skip
    assert _actions(timer) == {"logs:CreateLogStream", "logs:PutLogEvents"}
    shared = properties("SenderPolicy")["PolicyDocument"]["Statement"]
    assert {action for each in shared for action in _listed(each["Action"])} == {
        "sqs:SendMessage", "sqs:GetQueueAttributes", "cloudwatch:PutMetricData",
    }  # fmt: skip
    everywhere = [each for each in shared if each["Resource"] == "*"]
    assert [each["Action"] for each in everywhere] == ["cloudwatch:PutMetricData"]
    assert list(everywhere[0]["Condition"]["StringEquals"]) == ["cloudwatch:namespace"]


def _actions(role: dict[str, Any]) -> set[str]:
    """None of them is for any resource. What a network of one's own needs is apart, under a condition."""
    statements = [each for policy in role["Policies"] for each in policy["PolicyDocument"]["Statement"]]
    assert all(each["Resource"] != "*" for each in statements)
    return {action for each in statements for action in _listed(each["Action"])}


def _listed(actions: str | list[str]) -> list[str]:
    return [actions] if isinstance(actions, str) else actions


def test_queues_are_encrypted_and_reached_over_tls_alone() -> None:
    for name in ("RateLimiterQueue", "DeadLetterQueue"):
        assert properties(name)["SqsManagedSseEnabled"] is True
        assert RESOURCES[name]["DeletionPolicy"] == "Retain"
    [statement] = properties("QueuePolicy")["PolicyDocument"]["Statement"]
    assert (statement["Effect"], statement["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})


def test_the_package_holds_every_module_that_the_handlers_import() -> None:
    """Without what is left out, and without what only the development lock holds. `make lambda` tries the real one."""
    left_out = [part.replace("/", ".") for part in package.LEFT_OUT]
    absent = WITHOUT_DEV_PARTS.replace(
        'name.partition(".")[0] in', 'name in sys.argv[3].split(",") or name.partition(".")[0] in'
    )
    listed = "import json; print(json.dumps(sorted(sys.modules)))"
    command = (sys.executable, "-c", absent + listed, ",".join(DEV_PARTS), "services.workers.lambda_handler")
    done = subprocess.run((*command, ",".join(left_out)), cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    ours = {name for name in json.loads(done.stdout) if (ROOT / name.replace(".", "/")).with_suffix(".py").is_file()}
    assert {name.partition(".")[0] for name in ours} == set(package.PACKAGES)
