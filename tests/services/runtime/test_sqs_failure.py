from __future__ import annotations

import pytest

from services.runtime.sqs_failure import FailureKind, SqsFailure, kind_of


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        ("RequestThrottled", 400, FailureKind.THROTTLED),
        ("ThrottlingException", 400, FailureKind.THROTTLED),
        ("KmsThrottled", 400, FailureKind.THROTTLED),
        ("TooManyRequestsException", 400, FailureKind.THROTTLED),
        ("Anything", 429, FailureKind.THROTTLED),
        ("AccessDenied", 403, FailureKind.PERMISSION),
        ("AccessDeniedException", 400, FailureKind.PERMISSION),
        ("KMS.AccessDeniedException", 400, FailureKind.PERMISSION),
        ("InvalidClientTokenId", 403, FailureKind.PERMISSION),
        ("ExpiredToken", 400, FailureKind.PERMISSION),
        ("SignatureDoesNotMatch", 403, FailureKind.PERMISSION),
        ("AWS.SimpleQueueService.NonExistentQueue", 400, FailureKind.PERMISSION),
        ("Anything", 403, FailureKind.PERMISSION),
        ("InternalError", 500, FailureKind.SERVER),
        ("ServiceUnavailable", 503, FailureKind.SERVER),
        ("InvalidMessageContents", 400, FailureKind.REQUEST),
        ("BatchRequestTooLong", 400, FailureKind.REQUEST),
        ("InvalidParameterValue", 400, FailureKind.REQUEST),
    ],
)
def test_a_code_is_recognised(code: str, status: int, kind: FailureKind) -> None:
    assert kind_of(code, status) is kind


def test_only_a_wrong_request_is_not_worth_repeating() -> None:
    lasting = [kind for kind in FailureKind if not SqsFailure("x", "x", kind).transient]
    assert lasting == [FailureKind.REQUEST]
